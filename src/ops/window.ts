/**
 * Sliding windows over the last two axes of an image [N,C,H,W]: what convolution and pooling have in common. The window
 * at output position (i, j) reads the image at (i·stride − padding + k·dilation) for each tap k, along both axes.
 * Anything outside the image is padding. The arithmetic is that of `torch.nn.Conv2d`, in floor mode.
 */
import { ShapeError } from "../errors/errors.js";
import type { Node } from "../graph/node.js";
import { formatShape, sizeOf, type Pair, type Shape } from "../graph/shape.js";
import { sliceAxis } from "./slice-and-pad.js";
import { counted } from "../text/counted.js";

export interface Window {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
}

/** An element that a window reads: its positions in the output's plane, the image's plane and the kernel. */
export interface Tap {
  readonly output: number;
  readonly image: number;
  readonly kernel: number;
}

/**
 * The height and width of a window's output on an image [N,C,H,W]. @throws ShapeError if it does not
 * fit
 */
export function windowOutput(op: string, image: Shape, window: Window): [number, number] {
  requirePixels(op, image, window.kernel);
  const covered = [0, 1].map((axis) => window.dilation[axis]! * (window.kernel[axis]! - 1) + 1);
  const padded = [0, 1].map((axis) => image[axis + 2]! + 2 * window.padding[axis]!);
  if (covered[0]! > padded[0]! || covered[1]! > padded[1]!) {
    throw new ShapeError({
      op,
      problem: `the kernel covers ${covered.join("×")}, but input ${formatShape(image)} with its padding has only ${padded.join("×")}`,
      hint: "use a smaller kernel or dilation, more padding, or fewer layers that shrink the image before this one",
    });
  }
  const extent = (axis: 0 | 1): number => Math.floor((padded[axis]! - covered[axis]!) / window.stride[axis]) + 1;
  return [extent(0), extent(1)];
}

/** Refuses an image without pixels, and a kernel without places. A batch may be empty. */
export function requirePixels(op: string, image: Shape, kernel: Pair = [1, 1]): void {
  if (image[2]! * image[3]! * sizeOf(kernel) > 0) return;
  throw new ShapeError({
    op,
    problem: `input ${formatShape(image)} under a kernel of ${kernel.join("×")} has no pixels`,
    expected: "at least one row and one column of both",
  });
}

/** Lists the elements that the windows over one plane read, output by output, without those in the padding. */
export function windowTaps(image: Pair, output: Pair, window: Window): Tap[] {
  const rows = axisTaps(image[0], output[0], window, 0);
  const columns = axisTaps(image[1], output[1], window, 1);
  const taps: Tap[] = [];
  for (let i = 0; i < output[0]; i++) {
    for (let j = 0; j < output[1]; j++) {
      for (const row of rows[i]!) {
        for (const column of columns[j]!) {
          taps.push({
            output: i * output[1] + j,
            image: row.image * image[1] + column.image,
            kernel: row.kernel * window.kernel[1] + column.kernel,
          });
        }
      }
    }
  }
  return taps;
}

/** The positions along one axis: for each output, those inside the image, with the kernel's position. */
function axisTaps(image: number, output: number, window: Window, axis: 0 | 1): { image: number; kernel: number }[][] {
  return Array.from({ length: output }, (_, i) =>
    Array.from({ length: window.kernel[axis] }, (_, k) => ({
      image: i * window.stride[axis] - window.padding[axis] + k * window.dilation[axis],
      kernel: k,
    })).filter((tap) => tap.image >= 0 && tap.image < image),
  );
}

/** Windows that are adjacent without overlapping. */
export function tiles(kernel: Pair): Window {
  return { kernel, stride: kernel, padding: [0, 0], dilation: [1, 1] };
}

/**
 * For each tap of the kernel, row by row, the elements that all windows read at that tap, as strided slices
 * [N,C,OH,OW].
 * @param image [N,C,H,W], already padded
 * @param output OH and OW
 */
export function windowPlaces(image: Node, output: Pair, window: Window): Node[] {
  return Array.from({ length: sizeOf(window.kernel) }, (_, i) => windowPlace(image, output, window, i));
}

/** The elements at one of the taps. */
export function windowPlace(image: Node, output: Pair, { kernel, stride, dilation }: Window, i: number): Node {
  const taps: Pair = [Math.floor(i / kernel[1]), i % kernel[1]];
  return taps.reduce((part, tap, axis) => {
    const start = tap * dilation[axis]!;
    return sliceAxis(part, 2 + axis, start, start + (output[axis]! - 1) * stride[axis]! + 1, stride[axis]);
  }, image);
}

/** Refuses anything but a float32 tensor [N,C,H,W], or with the axes that `axes` names. */
export function requireImage(op: string, name: string, node: Node, axes = "[N,C,H,W]"): void {
  if (node.shape.length !== 4) {
    throw new ShapeError({
      op,
      problem: `${name} ${formatShape(node.shape)} has ${counted(node.shape.length, "axis", "axes")}`,
      expected: `4: ${axes}`,
      ...(node.shape.length === 3 && name === "input" && { hint: "add the batch axis with unsqueeze(0)" }),
    });
  }
  requireFloat(op, name, node);
}

/** Refuses int32 elements, as PyTorch does for these operations. */
export function requireFloat(op: string, name: string, node: Node): void {
  if (node.dtype === "float32") return;
  throw new ShapeError({
    op,
    problem: `${name} ${formatShape(node.shape)} holds ${node.dtype}`,
    expected: "float32",
    hint: "convert it with float()",
  });
}

/**
 * `(2, 3,)`, for the Python that asks PyTorch for expected answers. The stored answers carry a digest of their question,
 * so this form, unlike `pythonTuple`, must not change.
 */
export function questionTuple(values: readonly number[]): string {
  return `(${values.join(", ")},)`;
}
