/**
 * Buffers and views: where a program's numbers lie. A buffer is a piece of memory of 4-byte elements; a view says
 * which of them a tensor's elements are. Kernels read and write through views.
 */
import type { StridedView } from "../graph/op.js";
import type { Dtype } from "../graph/node.js";
import { denseStrides, type Shape } from "../graph/shape.js";

/** Where a buffer is in memory when the program runs. */
export type Place =
  /** At this byte of the arena, for the whole batch. */
  | { readonly kind: "arena"; readonly at: number }
  /** At this byte of the program's own memory. No other program uses it, so its contents survive until the next run. */
  | { readonly kind: "own"; readonly at: number }
  /** At this byte of each thread's own scratch memory, for one image at a time. */
  | { readonly kind: "scratch"; readonly at: number }
  /** Where this entry of the table of slots points: a variable's contents, or the place of its new contents. */
  | { readonly kind: "slot"; readonly slot: number };

export class Buffer {
  private static count = 0;
  /** Buffers are numbered in the order in which they are made. */
  readonly id = Buffer.count++;
  place: Place | undefined = undefined;

  /** @param elements how many there are for the whole batch; the memory has room for one more vector */
  constructor(
    readonly name: string,
    readonly elements: number,
    readonly dtype: Dtype,
  ) {}
}

export interface BufferView extends StridedView {
  readonly buffer: Buffer;
  /** Whether whole vectors may be written along the axis of stride 1, beyond its end, because padding lies there. */
  readonly padded: boolean;
}

export function padToVector(extent: number): number {
  return Math.ceil(extent / 4) * 4;
}

/**
 * The strides of a shape whose axes lie in memory in this order, outermost first. If `padded`, the innermost axis of
 * more than one element is rounded up to whole vectors.
 */
function stridesInOrder(
  shape: Shape,
  order: readonly number[],
  padded: boolean,
): { strides: number[]; elements: number } {
  const strides = new Array<number>(shape.length).fill(0);
  let stride = 1;
  let innermost = true;
  for (const axis of [...order].reverse()) {
    strides[axis] = stride;
    if (shape[axis] === 1) continue;
    stride *= innermost && padded ? padToVector(shape[axis]!) : shape[axis]!;
    innermost = false;
  }
  return { strides, elements: padded ? padToVector(stride) : stride };
}

/** A new buffer of dense rows, each of them padded to whole vectors. */
export function paddedRows(name: string, shape: Shape, dtype: Dtype): BufferView {
  const { strides, elements } = stridesInOrder(shape, rowMajor(shape), true);
  return { buffer: new Buffer(name, elements, dtype), shape, strides, offset: 0, padded: true };
}

/** A new buffer for images [N,C,H,W], channels last, with the channels padded to whole vectors. */
export function paddedImages(name: string, shape: Shape, dtype: Dtype): BufferView {
  const [n, c, h, w] = shape as [number, number, number, number];
  const pixel = padToVector(c);
  const strides = [h * w * pixel, 1, w * pixel, pixel];
  return { buffer: new Buffer(name, n * h * w * pixel, dtype), shape, strides, offset: 0, padded: true };
}

/** A new buffer without padding whose axes lie in this order, outermost first. */
export function denseInOrder(name: string, shape: Shape, dtype: Dtype, order = rowMajor(shape)): BufferView {
  const { strides, elements } = stridesInOrder(shape, order, false);
  return { buffer: new Buffer(name, elements, dtype), shape, strides, offset: 0, padded: false };
}

/** A dense row-major view of a buffer. */
export function denseView(buffer: Buffer, shape: Shape): BufferView {
  return { buffer, shape, strides: denseStrides(shape), offset: 0, padded: false };
}

function rowMajor(shape: Shape): number[] {
  return shape.map((_, axis) => axis);
}

/** A view broadcast to a shape. Axes are matched from the last. */
export function broadcastView(view: BufferView, domain: Shape): BufferView {
  const lead = domain.length - view.shape.length;
  const strides = domain.map((_, axis) => {
    const own = axis - lead;
    return own < 0 || view.shape[own] === 1 ? 0 : view.strides[own]!;
  });
  return { ...view, shape: domain, strides };
}

/** The first of the longest of these axes; undefined if there are none. */
export function longestAxis(axes: readonly number[], shape: Shape): number | undefined {
  return axes.find((axis) => axes.every((other) => shape[other]! <= shape[axis]!));
}
