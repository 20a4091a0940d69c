/** Python's names of a layer's fields say what to write; in JavaScript they would be undefined, or set without effect. */
import { answerForAbsent, inPython } from "../../errors/absent.js";

/**
 * Puts the answers into a layer's prototype.
 * @param op the layer's name
 * @param fields the names of its fields, with spaces between them
 * @param lacking names of settings in PyTorch that the layer does not have, and what to do instead
 */
export function answerForFields(
  op: string,
  layer: { readonly prototype: object },
  fields: string,
  lacking: Readonly<Record<string, string>> = {},
): void {
  answerForAbsent(op, layer.prototype, { ...inPython(fields.split(" "), (name) => `layer.${name}`), ...lacking });
}
