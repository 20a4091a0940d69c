/** Padding and cropping images [N,C,H,W], for the rewrites of convolutions and poolings. */
import type { Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import type { Pair } from "../../graph/shape.js";

/** Adds a value around the pixels and between them. Negative amounts crop. */
export function padImage(x: Node, before: Pair, after: Pair, interior: Pair, value: number): Node {
  const positive = (pair: Pair): number[] => [0, 0, Math.max(0, pair[0]), Math.max(0, pair[1])];
  const padded = ops.pad(x, {
    before: positive(before),
    after: positive(after),
    interior: [0, 0, interior[0], interior[1]],
    value,
  });
  return [0, 1].reduce((image, i) => {
    const extent = image.shape[2 + i]!;
    const from = Math.max(0, -before[i]!);
    const to = extent - Math.max(0, -after[i]!);
    return ops.sliceAxis(image, 2 + i, from, to);
  }, padded);
}

/** The part of an image of this size that begins after `before` rows and columns. */
export function cropImage(x: Node, before: Pair, size: Pair): Node {
  return [0, 1].reduce((image, i) => ops.sliceAxis(image, 2 + i, before[i]!, before[i]! + size[i]!), x);
}
