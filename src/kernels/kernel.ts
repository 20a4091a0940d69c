/**
 * A kernel: one function of the program, called with an outer index `n`, which usually is an image of the batch. It
 * declares which views it reads and writes, so that the schedule knows what may run without waiting.
 */
import type { FunctionBuilder } from "../wasm/loops.js";
import type { Expr, Local } from "../wasm/expressions.js";
import type { BufferView } from "./views.js";

export interface Access {
  readonly view: BufferView;
  /** The axis of the view that the outer index runs over. Undefined if every call touches the whole view. */
  readonly outerAxis: number | undefined;
}

/** Each call touches one image: the part of the view at the outer index along the first axis. */
export function byImage(view: BufferView): Access {
  return { view, outerAxis: 0 };
}

/** Each call touches the whole view. */
export function whole(view: BufferView): Access {
  return { view, outerAxis: undefined };
}

/** Gives kernels the addresses of their operands. */
export interface Addressing {
  /** The address of the view's element at index `n` along the outer axis, and at 0 along the others. */
  pointer(access: Access, n: Local): Expr;
  /** The address of a table of constants that belongs to the program. */
  table(values: Int32Array): Expr;
}

export interface Kernel {
  /** What it does, for the plan's text: `conv2d 3×3 8→16`. */
  readonly title: string;
  /** How many outer indices there are. A kernel with 1 is called once. */
  readonly extent: number;
  readonly reads: readonly Access[];
  readonly writes: readonly Access[];
  /** Roughly how many elementary operations an outer index costs. */
  readonly cost: number;
  /**
   * Set if calls add to memory that a chunk of so many outer indices shares. The calls of a chunk are made in ascending
   * order.
   */
  readonly chunk?: number;
  emit(b: FunctionBuilder, at: Addressing, n: Local): void;
}
