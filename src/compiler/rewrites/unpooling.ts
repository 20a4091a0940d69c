/**
 * The gradient of max pooling whose windows do not overlap: `unpool(g, chosen, source)`. It is 0 except for one element
 * of each window, the first at which `source` is equal to `chosen`. Ops that keep the zeros are applied to g, which is
 * a quarter of the image or less:
 *
 *     f(unpool(g), y)       →  unpool(f(g, y where chosen))           if f(0, y) = 0: ReLU's gradient, a product
 *     sum over pixels       →  the sum of g
 *
 * For example, with windows of 2×2, the max pool [5 3] of relu(x), and its gradient g = [10 20]:
 *
 *     x  =   1 −2 │  3  0          unpool(g, [5 3], x)  =   0  0 │ 20  0
 *            5  4 │ −1  2                                  10  0 │  0  0
 *
 * The gradient of the ReLU keeps an element where relu(x) is above 0. Of all eight elements it needs only those that
 * were chosen: unpool(where([5 3] > 0, [10 20], 0), [5 3], x). The sum over the pixels is 10 + 20.
 *
 * Any other op gets an interleaved image of parts instead (image-parts.ts), here of [0 20], [0 0], [10 0] and [0 0].
 *
 * `source` is the stored image from which the pooled one is computed, usually a convolution's output, and not the
 * pooled image itself (here x and not relu(x)): then y where chosen follows from `chosen`, by the same ops that compute
 * y from the source. A window with NaN gives its gradient to the first of them.
 */
import type { Node } from "../../graph/node.js";
import { isCheap, type Op } from "../../graph/op.js";
import * as ops from "../../ops/index.js";
import { sizeOf, type Pair } from "../../graph/shape.js";
import type { ReduceAttrs } from "../../ops/reduce.js";
import type { UnpoolAttrs } from "../../ops/unpool.js";
import { hasMemory, isPerChannel, isWhole, largest, onPlace, places } from "./image-parts.js";

/** The largest window in which a single op chooses, in places. Its expression cannot be divided. */
const mostChoices = 16;

/** Gives the gradient g [N,C,OH,OW] to the largest element of each window of x [N,C,H,W]. */
export function unpooled(x: Node, g: Node, kernel: Pair): Node {
  const values = places(x, kernel);
  const top = largest(values);
  const source = storedImage(x, new Map());
  if (!source || source === x || sizeOf(kernel) > mostChoices) return ops.unpool(g, top, x, kernel);
  return ops.unpool(g, ops.atLargest(top, values, places(source, kernel)), source, kernel);
}

/**
 * The single image in memory from which an image is computed pixel by pixel. Undefined if there is none, or several.
 * `known` holds earlier answers, since an expression may use a part of itself many times.
 */
function storedImage(image: Node, known: Map<Node, Node | undefined>): Node | undefined {
  if (hasMemory(image)) return image;
  if (known.has(image)) return known.get(image);
  let found: Node | undefined;
  if (image.op.lowering.kind === "elementwise") {
    const inputs = image.inputs.filter((input) => !isPerChannel(input));
    const [first, ...others] = inputs.map((input) => (isWhole(input, image) ? storedImage(input, known) : undefined));
    if (others.every((other) => other === first)) found = first;
  }
  known.set(image, found);
  return found;
}

/** An op on an unpooled image, applied to the gradient instead, or to the image of its parts. */
export function throughUnpool(node: Node): Node | undefined {
  const image = node.inputs.find(isUnpooled);
  if (!image) return undefined;
  const [, chosen, source] = image.inputs as [Node, Node, Node];
  const { kernel } = image.attrs;
  const isSame = (input: Node): boolean =>
    isUnpooled(input) && input.inputs[1] === chosen && input.inputs[2] === source && isWhole(input, image);
  const isZero = (i: number): boolean => isSame(node.inputs[i]!) || isZeroConstant(node.inputs[i]!);
  const fits = isWhole(node, image) && node.inputs.every((input) => isPerChannel(input) || isWhole(input, node));
  if (!fits || !keepsZeros(node.op, isZero)) return onPlace(node, asParts);
  const choice = new Choice(chosen, source, kernel);
  const g = onPlace(node, (input) =>
    isPerChannel(input) ? input : isSame(input) ? input.inputs[0]! : choice.of(input),
  );
  return ops.unpool(g!, chosen, source, kernel);
}

function isZeroConstant(node: Node): boolean {
  return ops.constant.is(node) && node.attrs.value === 0;
}

function keepsZeros({ lowering }: Op, isZero: (input: number) => boolean): boolean {
  return lowering.kind === "elementwise" && lowering.keepsZeros?.(isZero) === true;
}

/** The sum of an unpooled image over its pixels. */
export function sumOfUnpooled(node: Node<ReduceAttrs>): Node | undefined {
  const image = node.inputs[0]!;
  const { axes } = node.attrs;
  return isUnpooled(image) && axes.includes(2) && axes.includes(3) ? ops.sum(image.inputs[0]!, axes) : undefined;
}

/** The elements of images at the first place of each window at which `source` is equal to `chosen`. */
class Choice {
  private readonly known: Map<Node, Node>;

  constructor(
    private readonly chosen: Node,
    private readonly source: Node,
    private readonly kernel: Pair,
  ) {
    this.known = new Map([[source, chosen]]);
  }

  of(image: Node): Node {
    let element = this.known.get(image);
    if (!element) this.known.set(image, (element = this.computed(image) ?? this.selected(image)));
    return element;
  }

  /** Computes them from the inputs' elements there, with the op that makes the image. */
  private computed(image: Node): Node | undefined {
    if (!isCheap(image.op) || hasMemory(image)) return undefined;
    return onPlace(image, (input) =>
      isPerChannel(input) ? input : isWhole(input, image) ? this.of(input) : undefined,
    );
  }

  private selected(image: Node): Node {
    const seen = places(this.source, this.kernel);
    return places(asParts(image), this.kernel).reduceRight((rest, place, i) =>
      ops.where(ops.isChosen(seen[i]!, this.chosen), place, rest),
    );
  }
}

/**
 * An unpooled image as an interleaved image of parts, for ops that need its zeros. Any other node is returned
 * unchanged.
 */
export function asParts(image: Node): Node {
  if (!isUnpooled(image)) return image;
  const [g, chosen, source] = image.inputs as [Node, Node, Node];
  const { kernel } = image.attrs;
  let left = g;
  const parts = places(source, kernel).map((place) => {
    const here = ops.isChosen(place, chosen);
    const given = ops.where(here, left, ops.constant(0));
    left = ops.where(here, ops.constant(0), left);
    return given;
  });
  return ops.interleave(parts, kernel);
}

function isUnpooled(node: Node): node is Node<UnpoolAttrs> {
  return ops.unpool.is(node) && node.value === undefined;
}
