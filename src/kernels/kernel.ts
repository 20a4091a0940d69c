/**
 * A kernel: one function of the program, called with an outer index `n` (an image of the batch, as a rule). It says
 * which views it reads and writes, so that the schedule knows what may run without waiting.
 */
import type { FunctionBuilder } from "../wasm/loops.js";
import type { Expr, Local } from "../wasm/expressions.js";
import type { BufferView } from "./views.js";

export interface Access {
  readonly view: BufferView;
  /** The axis of the view that the outer index runs over. Undefined if every call touches the whole view. */
  readonly outerAxis: number | undefined;
}

/** Each call touches one image: what belongs to the outer index, along the first axis. */
export function byImage(view: BufferView): Access {
  return { view, outerAxis: 0 };
}

/** Each call touches the whole view. */
export function whole(view: BufferView): Access {
  return { view, outerAxis: undefined };
}

/** Gives kernels the addresses of their operands. */
export interface Addressing {
  /** The address of the view's element at the outer index `n` and 0 elsewhere. */
  pointer(access: Access, n: Local): Expr;
  /** The address of a table of constants that belongs to the program. */
  table(values: Int32Array): Expr;
}

export interface Kernel {
  /** What it does, for the plan's text: `conv2d 3×3 8→16`. */
  readonly title: string;
  /** How many outer indices there are; 1: it is called once. */
  readonly extent: number;
  readonly reads: readonly Access[];
  readonly writes: readonly Access[];
  /** Elementary operations an outer index costs, roughly. */
  readonly cost: number;
  /** Set where calls add into memory that belongs to a chunk of this many outer indices, in ascending order. */
  readonly chunk?: number;
  emit(b: FunctionBuilder, at: Addressing, n: Local): void;
}
