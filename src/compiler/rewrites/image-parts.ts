/**
 * Pooling whose windows do not overlap, without any tensor of the image's size: what comes before the pooling is
 * computed for each place of a window, and so is what comes after its gradient.
 *
 *     max pool of relu(x)        →  the maximum of relu(x's places)
 *     f(interleave(parts), y)    →  interleave(f(part, y's place) …)
 *
 * For example, with windows of 2×2:
 *
 *     x  =   1 −2 │  3  0        places of x:  [1 3]  [−2 0]  [5 −1]  [4 2]     top left, top right, bottom left, …
 *            5  4 │ −1  2        their ReLU:   [1 3]  [ 0 0]  [5  0]  [4 2]
 *                                the maximum:  [5 3]                            the max pool of relu(x)
 *
 * `interleave` is the reverse: interleave([1 3], [−2 0], [5 −1], [4 2]) is x. Twice that image is the interleaved image
 * of [2 6], [−4 0], [10 −2] and [8 4].
 *
 * The pooling's gradient (unpooling.ts) becomes such an interleaved image in the end, and a sum over an interleaved
 * image adds up its parts (`Materialization.isSummed`). So a ReLU before a pooling, the pooling's gradient and the
 * ReLU's gradient are never stored. The passes that need them compute them from the convolution's output and the pooled
 * image, which is a quarter as large.
 */
import { Node } from "../../graph/node.js";
import { isCheap } from "../../graph/op.js";
import * as ops from "../../ops/index.js";
import type { InterleaveAttrs } from "../../ops/interleave.js";
import { shapesEqual, sizeOf, type Pair, type Shape } from "../../graph/shape.js";
import { tiles, windowPlace, type Window } from "../../ops/window.js";

/** For each place of a window, the elements of an image at that place. They are computed there if that is cheap. */
export function places(image: Node, kernel: Pair): Node[] {
  return Array.from({ length: sizeOf(kernel) }, (_, i) => placeOf(image, kernel, i));
}

/** The largest element of each window, from those at its places. */
export function largest(values: readonly Node[]): Node {
  return values.reduce((top, value) => ops.maximum(top, value));
}

function placeOf(image: Node, kernel: Pair, i: number): Node {
  return computedPlace(image, kernel, i) ?? storedPlace(image, kernel, i);
}

function storedPlace(image: Node, kernel: Pair, i: number): Node {
  const [, , height, width] = image.shape as [number, number, number, number];
  return windowPlace(image, [Math.floor(height / kernel[0]), Math.floor(width / kernel[1])], tiles(kernel), i);
}

/** A place of an expression, as an expression of its inputs' places. Undefined if one of them has to be stored first. */
function computedPlace(image: Node, kernel: Pair, i: number): Node | undefined {
  if (isPartsOf(image, kernel)) return image.inputs[i];
  if (hasMemory(image)) return storedPlace(image, kernel, i);
  if (!isCheap(image.op)) return undefined;
  return onPlace(image, (input) =>
    isPerChannel(input) ? input : isWhole(input, image) ? computedPlace(input, kernel, i) : undefined,
  );
}

/** Whether an image has memory anyway. */
export function hasMemory(image: Node): boolean {
  return image.value !== undefined || ops.variable.is(image) || image.op.lowering.kind === "kernel" || isBiased(image);
}

/** The same op on parts of the inputs. Undefined if one of the inputs has no such part. */
export function onPlace(node: Node, part: (input: Node) => Node | undefined): Node | undefined {
  const inputs = node.inputs.map(part);
  if (!inputs.every((input) => input !== undefined)) return undefined;
  const { shape, dtype } = node.op.infer(inputs, node.attrs);
  return new Node(node.op, inputs, node.attrs, shape, dtype, false);
}

/** An op on an interleaved image, applied to its parts instead. Undefined if that is not possible. */
export function throughInterleave(node: Node): Node | undefined {
  const image = node.inputs.find(isInterleaved);
  if (!image) return undefined;
  const { kernel } = image.attrs;
  if (node.op.lowering.kind !== "elementwise" || !shapesEqual(node.shape, image.shape)) return undefined;
  if (!node.inputs.every((input) => isPerChannel(input) || isWhole(input, node))) return undefined;
  const parts = image.inputs.map((_, i) =>
    onPlace(node, (input) => (isPerChannel(input) ? input : placeOf(input, kernel, i))),
  );
  return ops.interleave(
    parts.map((part) => part!),
    kernel,
  );
}

/** Whether the windows of a pooling are adjacent and do not overlap. */
export function isTiling({ kernel, stride, padding, dilation }: Window): boolean {
  return [0, 1].every((i) => stride[i] === kernel[i] && padding[i] === 0 && dilation[i] === 1);
}

/** Whether such windows cover a whole image. */
export function coversAll(kernel: Pair, image: Shape): boolean {
  return [0, 1].every((i) => image[2 + i]! % kernel[i]! === 0);
}

function isPartsOf(image: Node, kernel: Pair): boolean {
  if (!isInterleaved(image)) return false;
  const own = image.attrs.kernel;
  return own[0] === kernel[0] && own[1] === kernel[1];
}

function isInterleaved(image: Node): image is Node<InterleaveAttrs> {
  return ops.interleave.is(image) && image.value === undefined;
}

/** Whether a node adds a bias to a convolution, which the convolution's kernel does. */
function isBiased(node: Node): boolean {
  return ops.add.is(node) && node.inputs.some(ops.conv2d.is);
}

/** Whether a tensor has one row and one column, and so is the same for all pixels. */
export function isPerChannel(input: Node): boolean {
  return input.shape.slice(-2).every((extent) => extent === 1);
}

export function isWhole(input: Node, image: Node): boolean {
  return shapesEqual(input.shape, image.shape);
}
