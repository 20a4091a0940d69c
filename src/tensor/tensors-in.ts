/** Finds the tensors among a module's arguments or results, which may be lists, records or Maps of tensors. */
import { Tensor } from "./tensor.js";

/**
 * @param value anything
 * @returns the tensors in it, in order: itself, or those in its elements, its fields or its values
 */
export function tensorsIn(value: unknown): Tensor[] {
  const found: Tensor[] = [];
  const seen = new Set<unknown>();
  const visit = (part: unknown): void => {
    if (part instanceof Tensor) found.push(part);
    else if (typeof part === "object" && part !== null && !ArrayBuffer.isView(part) && !seen.has(part)) {
      seen.add(part);
      for (const inner of part instanceof Map || part instanceof Set ? part.values() : Object.values(part))
        visit(inner);
    }
  };
  visit(value);
  return found;
}
