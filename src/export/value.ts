/** What an exported network is made of: values, each computed from others by an op or held by a leaf. */
import { ArgumentError } from "../errors/errors.js";
import type { Dtype, HostArray } from "../graph/node.js";

/** A number, or so many for each image of the batch. */
export type Size = number | { readonly perImage: number };
export type Sizes = readonly Size[];

/** A tensor of the computation: the result of an op, or a leaf. */
export interface Value {
  /** The op's name as in `src/ops`, the name of what several ops were recovered as (`recognition.ts`), or a leaf's kind. */
  readonly op: string;
  /** An optional input that is left out is undefined. */
  readonly inputs: readonly (Value | undefined)[];
  /** As the op's, but that each number may follow the batch's size. */
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly shape: Sizes;
  readonly dtype: Dtype;
  /** The path of the module in whose `forward` it was computed; empty for the network's own. */
  readonly module: string;
  /** Elements of a leaf that holds some. */
  readonly data?: HostArray;
}

/** What could not be exported, and where in the network it stands. */
export function refuse(value: Pick<Value, "op" | "module">, problem: string, hint?: string): never {
  const where = value.module === "" ? "the network's forward" : value.module;
  throw new ArgumentError({
    op: "export",
    problem: `${value.op} in ${where} cannot be exported: ${problem}`,
    ...(hint === undefined ? {} : { hint }),
  });
}

export function sameSize(a: Size | undefined, b: Size | undefined): boolean {
  if (typeof a === "object" && typeof b === "object") return a.perImage === b.perImage;
  return a === b;
}

export function sameSizes(a: Sizes, b: Sizes): boolean {
  return a.length === b.length && a.every((size, axis) => sameSize(size, b[axis]));
}

/** The values that `output` needs, inputs before users. */
export function valuesInOrder(output: Value): Value[] {
  const order = new Set<Value>();
  const stack = [{ value: output, next: 0 }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    if (top.next < top.value.inputs.length) {
      const input = top.value.inputs[top.next++];
      if (input && !order.has(input)) stack.push({ value: input, next: 0 });
    } else {
      order.add(top.value);
      stack.pop();
    }
  }
  return [...order];
}
