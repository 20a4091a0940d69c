/** The values of an exported network. An op computes each value from others, or a leaf holds it. */
import { ArgumentError } from "../errors/errors.js";
import type { Dtype, HostArray } from "../graph/node.js";
import type { OpRef } from "../graph/op.js";
import type * as ops from "../ops/index.js";

/** A fixed number, or a number for each image of the batch. */
export type Size = number | { readonly perImage: number };
export type Sizes = readonly Size[];

/** The attributes of each op in `src/ops`, by the name of the function that builds it, which is also the op's name. */
type OpAttrs = {
  [K in keyof typeof ops as (typeof ops)[K] extends OpRef<infer _> ? K : never]: (typeof ops)[K] extends OpRef<infer A>
    ? A
    : never;
};

/** The attributes whose numbers may follow the batch size. Those of all other ops may not. */
interface FollowingAttrs {
  readonly reshape: { readonly shape: Sizes };
  readonly expand: { readonly shape: Sizes };
  readonly slice: { readonly begin: Sizes; readonly end: Sizes; readonly step: readonly number[] };
  readonly constant: { readonly value: Size };
  readonly iota: { readonly shape: Sizes; readonly axis: number };
  readonly random: { readonly shape: Sizes };
}

const followers: Readonly<Record<keyof FollowingAttrs, true>> = {
  reshape: true,
  expand: true,
  slice: true,
  constant: true,
  iota: true,
  random: true,
};

/** Whether the attributes of this op may follow the batch size. */
export function mayFollowBatch(op: string): boolean {
  return Object.hasOwn(followers, op);
}

/** What exists only in exports: leaves, combinations of several ops (recognition.ts), and calls of modules. */
interface ExportAttrs {
  readonly input: object;
  /** Drawn anew in each pass, such as a dropout's key. */
  readonly live: object;
  readonly data: object;
  /** The name in the state dict, and whether it is a parameter that is trained. */
  readonly variable: { readonly name: string; readonly isTrained: boolean };
  readonly linear: object;
  /** A product of stacks of matrices; `matmul` multiplies single ones. */
  readonly product: object;
  readonly mean: { readonly axes: readonly number[] };
  readonly batchNormInference: { readonly eps: number };
  readonly dropout: { readonly p: number };
  readonly dropout2d: { readonly p: number };
  readonly call: { readonly path: string; readonly drops: boolean };
}

type Attrs = Omit<OpAttrs, keyof FollowingAttrs | keyof ExportAttrs> & FollowingAttrs & ExportAttrs;

/** The name of an op in `src/ops`, or of something that exists only in exports. */
export type ValueOp = keyof Attrs;

interface Common {
  /** An omitted input is undefined. */
  readonly inputs: readonly (Value | undefined)[];
  readonly shape: Sizes;
  readonly dtype: Dtype;
  /** Whether it depends on parameters that are trained. In a trace without gradients, no result does. */
  readonly requiresGrad: boolean;
  /** The path of the module whose `forward` computed it; empty for the network's own `forward`. */
  readonly module: string;
  /** The elements of a leaf that holds any. */
  readonly data?: HostArray;
}

/** A tensor of the computation: the result of an op, or a leaf. */
export type Value<K extends ValueOp = ValueOp> = {
  readonly [N in K]: Common & { readonly op: N; readonly attrs: Attrs[N] };
}[K];

/**
 * Rules for some of the ops. They have the type of a method, so that any rule can be called with values of its own op.
 */
export type ValueRules<Arguments extends { readonly [K in ValueOp]: readonly unknown[] }> = {
  readonly [K in ValueOp]?: { of(...args: Arguments[K]): string }["of"];
};

/** Refuses random numbers that belong to no dropout. */
export function refuseRandom(value: Value): never {
  return refuse(
    value,
    "it depends on random numbers, which differ in each call",
    "draw them once, in the constructor: new nn.Buffer(rand(…))",
  );
}

/** Throws an error that says what cannot be exported, and where in the network it is. */
export function refuse(value: { readonly op: string; readonly module: string }, problem: string, hint?: string): never {
  const where = value.module === "" ? "the network's forward" : value.module;
  throw new ArgumentError({
    op: "export",
    problem: `${value.op} in ${where} cannot be exported: ${problem}`,
    hint,
  });
}

/** Whether a gradient ends here, because the value was computed within `noGrad`. */
export function stopsGradient({ op, dtype, requiresGrad, inputs }: Value): boolean {
  return op !== "detach" && dtype === "float32" && !requiresGrad && inputs.some((input) => input?.requiresGrad);
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
