/** What a loop kernel computes, as data: its domain, and an expression for each tensor that it writes. */
import type { Expr, Lanes } from "../wasm/expressions.js";
import type { Access } from "./kernel.js";
import type { BufferView } from "./views.js";

export interface LoopNest {
  readonly domain: readonly number[];
  /** The axis of the outer index. Undefined if one call computes everything. */
  readonly outerAxis: number | undefined;
  /** How many outer indices there are. */
  readonly extent: number;
  readonly reduced: readonly number[];
  readonly roots: readonly LoopRoot[];
  readonly reads: readonly Access[];
  readonly writes: readonly Access[];
}

/** What a loop computes for an index: lanes of float32, or of int32. */
export type LoopValue =
  | { readonly kind: "load"; readonly view: BufferView }
  | { readonly kind: "constant"; readonly value: number; readonly lanes: Lanes }
  | { readonly kind: "apply"; readonly args: readonly LoopValue[]; readonly vector: (args: readonly Expr[]) => Expr }
  /** Depends on the row-major position in a tensor of these strides, which are 0 along axes that are broadcast. */
  | {
      readonly kind: "position";
      readonly strides: readonly number[];
      readonly args: readonly LoopValue[];
      readonly vector: (position: Expr, args: readonly Expr[]) => Expr;
    };

export type Combine = "sum" | "max";

export interface LoopRoot {
  readonly value: LoopValue;
  /** It has the value's type, and the domain's rank. Its strides along reduced axes do not matter. */
  readonly output: BufferView;
  readonly combine?: Combine;
  /** A border around the domain, which is filled first. */
  readonly border?: Border;
}

export interface Border {
  readonly value: number;
  /** The whole tensor, and the part of it that is not border. */
  readonly around: BufferView;
  readonly inner: BufferView;
}
