/**
 * The gradient of max pooling whose windows do not overlap: `unpool(g, chosen, image)`, zero but for one element of
 * each window. What keeps the zeros is done with g, a quarter (or less) of the image:
 *
 *     f(unpool(g), y)       →  unpool(f(g, y where chosen))           f(0, y) = 0: a ReLU's gradient, a product
 *     sum over pixels       →  the sum of g
 *
 * and where it meets anything else, it becomes an interleaved image of its parts. `chosen` is not the window's maximum
 * but what the stored image (a convolution's output) has at that place: y where chosen follows from it by the same ops
 * that make y of the image.
 */
import type { Node } from "../graph/node.js";
import * as ops from "../ops/index.js";
import { isConstant } from "../ops/leaf.js";
import type { Pair } from "../ops/window.js";
import { isPerChannel, isStored, isWhole, largest, onPlace, places } from "./image-parts.js";

/** The gradient g [N,C,OH,OW] of the largest of each window, as an image like x [N,C,H,W]. */
export function unpooled(x: Node, g: Node, kernel: Pair): Node {
  const values = places(x, kernel);
  const source = storedImage(x);
  return source && source !== x
    ? ops.unpool(g, ops.atLargest(values, places(source, kernel)), source, kernel)
    : ops.unpool(g, largest(values), x, kernel);
}

/** The one image in memory from which an image is computed pixel by pixel; undefined if there is none or several. */
function storedImage(image: Node): Node | undefined {
  if (isStored(image)) return image;
  if (image.op.lowering.kind !== "elementwise") return undefined;
  const inputs = image.inputs.filter((input) => !isPerChannel(input));
  const [first, ...others] = inputs.map((input) => (isWhole(input, image) ? storedImage(input) : undefined));
  return others.every((other) => other === first) ? first : undefined;
}

/** Which ops give 0 where these of their inputs are 0. */
const keepsZeros: Readonly<Record<string, (isZero: (input: number) => boolean) => boolean>> = {
  mul: (isZero) => isZero(0) || isZero(1),
  div: (isZero) => isZero(0),
  neg: (isZero) => isZero(0),
  where: (isZero) => isZero(1) && isZero(2),
};

/** What is done with an unpooled image, done with its gradient, or with the image of its parts. */
export function throughUnpool(node: Node): Node | undefined {
  const image = node.inputs.find(isUnpooled);
  if (!image) return undefined;
  const [, chosen, source] = image.inputs as [Node, Node, Node];
  const { kernel } = image.attrs as { kernel: Pair };
  const isSame = (input: Node): boolean =>
    isUnpooled(input) && input.inputs[1] === chosen && input.inputs[2] === source && isWhole(input, image);
  const isZero = (i: number): boolean =>
    isSame(node.inputs[i]!) || (isConstant(node.inputs[i]!) && node.inputs[i].attrs.value === 0);
  const fits = isWhole(node, image) && node.inputs.every((input) => isPerChannel(input) || isWhole(input, node));
  if (!fits || !keepsZeros[node.op.name]?.(isZero)) return onPlace(node, asParts);
  const g = onPlace(node, (input) =>
    isPerChannel(input) ? input : isSame(input) ? input.inputs[0]! : whereChosen(input, chosen, source, kernel),
  );
  return ops.unpool(g!, chosen, source, kernel);
}

/** The sum of an unpooled image over its pixels. */
export function sumOfUnpooled(node: Node): Node | undefined {
  const image = node.inputs[0]!;
  const { axes } = node.attrs as { axes: readonly number[] };
  return isUnpooled(image) && axes.includes(2) && axes.includes(3) ? ops.sum(image.inputs[0]!, axes) : undefined;
}

/** What an image has at the place of each window where `source` is `chosen`. */
function whereChosen(image: Node, chosen: Node, source: Node, kernel: Pair): Node {
  if (image === source) return chosen;
  if (image.op.lowering.kind === "elementwise" && !isStored(image)) {
    const pushed = onPlace(image, (input) =>
      isPerChannel(input) ? input : isWhole(input, image) ? whereChosen(input, chosen, source, kernel) : undefined,
    );
    if (pushed) return pushed;
  }
  const seen = places(source, kernel);
  return places(asParts(image), kernel).reduceRight((rest, place, i) =>
    ops.where(ops.eq(seen[i]!, chosen), place, rest),
  );
}

/** An unpooled image as one of parts, for ops that need the zeros; any other node as it is. */
export function asParts(image: Node): Node {
  if (!isUnpooled(image)) return image;
  const [g, chosen, source] = image.inputs as [Node, Node, Node];
  const { kernel } = image.attrs as { kernel: Pair };
  let left = g;
  const parts = places(source, kernel).map((place) => {
    const here = ops.eq(place, chosen);
    const given = ops.where(here, left, ops.constant(0));
    left = ops.where(here, ops.constant(0), left);
    return given;
  });
  return ops.interleave(parts, kernel);
}

function isUnpooled(node: Node): boolean {
  return node.op.name === "unpool" && node.value === undefined;
}
