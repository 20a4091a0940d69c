/** Random layouts: tensors whose elements lie in memory in another order, backwards, or with others between them. */
import type { Dtype, Node } from "../graph/node.js";
import type { Shape } from "../graph/shape.js";
import * as ops from "../ops/index.js";
import { asVariable, fillInput } from "./sample-inputs.js";

/** Where elements lie in memory. */
export interface Layout {
  /** The axes, from the outermost in memory to the innermost. */
  readonly order: readonly number[];
  /** The distance between neighbours along the last axis, in elements of that axis. */
  readonly step: number;
  /** Whether the last axis lies backwards. */
  readonly flipped: boolean;
}

export interface LaidOut {
  readonly leaf: Node;
  /** What the leaf holds, as a tensor of the shape that was asked for. */
  readonly view: Node;
}

export interface Filling {
  readonly range: readonly [number, number];
  readonly dtype: Dtype;
  /** Whether float32 elements are whole numbers too. */
  readonly whole?: boolean;
}

/** A new leaf, filled with numbers that depend only on `name`, and the view of it that has this shape. */
export function laidOut(
  shape: Shape,
  { order, step, flipped }: Layout,
  { range, dtype, whole = false }: Filling,
  name: string,
): LaidOut {
  const last = shape.length - 1;
  const stretched = shape.map((size, axis) => (axis === last ? size * step : size));
  const held = order.map((axis) => stretched[axis]!);
  const { values } = fillInput({ shape: held, range, dtype: whole ? "int32" : dtype }, name);
  const leaf = asVariable({ shape: held, dtype, values: dtype === "int32" ? values : Float32Array.from(values) });
  const turned = ops.permute(
    leaf,
    shape.map((_, axis) => order.indexOf(axis)),
  );
  const part = ops.sliceAxis(turned, last, 0, undefined, step);
  return { leaf, view: flipped ? ops.flip(part, [last]) : part };
}
