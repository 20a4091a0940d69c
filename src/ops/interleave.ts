/**
 * Assembles an image from smaller ones, one for each position in a window: part a·KW + b holds the pixels at row a and
 * column b of their windows. Only the compiler builds it, for gradients of pooling (compiler/rewrites/image-parts.ts).
 */
import { ShapeError } from "../errors/errors.js";
import type { Node } from "../graph/node.js";
import { forEachIndex, formatShape, shapesEqual, sizeOf, type Pair } from "../graph/shape.js";
import { promote } from "./elementwise.js";
import { defineOp, opFunction, type OpBuilder } from "../graph/op.js";
import { tiles, windowPlaces } from "./window.js";

export interface InterleaveAttrs {
  /** KH and KW, the rows and columns of a window. */
  readonly kernel: Pair;
}

const interleaveOp: OpBuilder<InterleaveAttrs> = defineOp({
  name: "interleave",
  elsewhere: "internal",
  infer: (parts, { kernel }) => {
    const [first] = parts as [Node, ...Node[]];
    const odd = parts.find((part) => part.shape.length !== 4 || !shapesEqual(part.shape, first.shape));
    if (odd || parts.length !== sizeOf(kernel)) {
      throw new ShapeError({
        op: "interleave",
        problem: `${parts.length} parts, of shapes ${parts.map((part) => formatShape(part.shape)).join(", ")}`,
        expected: `${sizeOf(kernel)} images [N,C,H,W] of one shape`,
      });
    }
    const [n, c, h, w] = first.shape as [number, number, number, number];
    return { shape: [n, c, h * kernel[0], w * kernel[1]], dtype: promote(parts) };
  },
  reference: (parts, { kernel: [kh, kw] }, { shape }) => {
    const result = new Float64Array(sizeOf(shape));
    const [, channels, height, width] = parts[0]!.shape as [number, number, number, number];
    forEachIndex(shape, ([n, c, y, x], at) => {
      const part = parts[(y! % kh) * kw + (x! % kw)]!;
      const row = (n! * channels + c!) * height + Math.floor(y! / kh);
      result[at] = part.data[row * width + Math.floor(x! / kw)]!;
    });
    return result;
  },
  gradient: ({ attrs: { kernel }, inputs: [part] }, grad) =>
    windowPlaces(grad, [part!.shape[2]!, part!.shape[3]!], tiles(kernel)),
  lowering: { kind: "kernel" },
  samples: [
    { inputs: Array.from({ length: 4 }, () => [2, 5, 3, 2]), attrs: { kernel: [2, 2] } },
    { inputs: Array.from({ length: 6 }, () => [1, 4, 1, 3]), attrs: { kernel: [3, 2] } },
    { inputs: Array.from({ length: 3 }, () => [3, 1, 2, 2]), attrs: { kernel: [1, 3] } },
  ],
  torch: ({ kernel: [kh, kw] }) =>
    `torch.stack(x).unflatten(0, (${kh}, ${kw})).permute(2, 3, 4, 0, 5, 1).flatten(4, 5).flatten(2, 3)`,
});

/** The image [N,C,KH·H,KW·W] with these parts [N,C,H,W], which are in row-major order of the window. */
export const interleave = opFunction(interleaveOp, (parts: readonly Node[], kernel: Pair): Node =>
  interleaveOp(parts, { kernel }),
);
