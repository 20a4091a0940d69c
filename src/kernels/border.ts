/** Fills the border of a tensor whose inner part a loop kernel writes. */
import type { BufferView } from "./views.js";
import { v, type Expr } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import { emitFill } from "./fill.js";
import type { Border } from "./loop-nest.js";

/**
 * Fills the border of one outer index's part, which starts at the address `start`. Without an outer axis, of
 * everything.
 */
export function emitBorder(b: FunctionBuilder, border: Border, start: Expr, outerAxis: number | undefined): void {
  const { around, inner, value } = border;
  const elements = outerAxis === undefined ? around.buffer.elements : around.strides[outerAxis]!;
  const at = b.let("i32", "border", start);
  for (const run of borderRuns(inner, around, elements)) {
    const from = b.let("i32", "from", v.n.add(at, v.int(4 * run.start)));
    b.repeat(run.times, () => {
      emitFill(b, from, run.length, value, around.buffer.dtype);
      b.increase(from, 4 * run.step);
    });
  }
}

/** Elements to fill, repeated `times` times at a distance of `step`. */
interface BorderRun {
  readonly start: number;
  readonly length: number;
  readonly times: number;
  readonly step: number;
}

/**
 * What lies around the inner part of an image in memory: before its first row, between its rows, and after its last
 * row. If the inner part has gaps of its own, or fewer channels than the whole (a border within each pixel), everything
 * is filled.
 */
function borderRuns(inner: BufferView, around: BufferView, elements: number): BorderRun[] {
  const [rows, pixels] = [inner.strides[2], inner.strides[3]];
  const isImage = inner.shape.length === 4 && inner.strides.every((stride, axis) => stride === around.strides[axis]);
  const hasAllChannels = inner.shape[1] === around.shape[1];
  if (!isImage || !hasAllChannels || inner.strides[1] !== 1) return [{ start: 0, length: elements, times: 1, step: 0 }];
  const [, , height, width] = inner.shape as [number, number, number, number];
  const row = width * pixels!;
  const end = inner.offset + (height - 1) * rows! + row;
  return [
    { start: 0, length: inner.offset, times: 1, step: 0 },
    { start: inner.offset + row, length: rows! - row, times: height - 1, step: rows! },
    { start: end, length: elements - end, times: 1, step: 0 },
  ].filter(({ length, times }) => length > 0 && times > 0);
}
