/** Matrix products: a primitive for batches of matrices, and torch.matmul's rules for all other ranks. */
import { ShapeError } from "../errors/errors.js";
import type { Node } from "../graph/node.js";
import { broadcastShapes, formatShape, sizeOf, type Shape } from "../graph/shape.js";
import { mul } from "./arithmetic.js";
import { cast } from "./comparison.js";
import { defineOp, opFunction, type NoAttrs, type OpBuilder, type Value } from "../graph/op.js";
import { sum } from "./reduce.js";
import { fitting } from "./verified.js";
import { expand, permute, reshape } from "./view.js";

/** c[b,m,n] = Σₖ a[b,m,k] · b[b,k,n] */
function product([a, b]: readonly Value[]): Float64Array {
  const [batch, rows, depth] = a!.shape as [number, number, number];
  const columns = b!.shape[2]!;
  const result = new Float64Array(batch * rows * columns);
  for (let row = 0; row < batch * rows; row++) {
    const right = Math.floor(row / rows) * depth;
    for (let n = 0; n < columns; n++) {
      for (let k = 0; k < depth; k++) {
        result[row * columns + n]! += a!.data[row * depth + k]! * b!.data[(right + k) * columns + n]!;
      }
    }
  }
  return result;
}

const transposed = (x: Node): Node => permute(x, [0, 2, 1]);

const matmulOp: OpBuilder<NoAttrs> = defineOp({
  name: "matmul",
  elsewhere: { onnx: ["MatMul"] },
  infer: (inputs) => {
    const [{ shape: a }, { shape: b }] = inputs as [Node, Node];
    if (a.length === 3 && b.length === 3 && a[0] === b[0] && a[2] === b[1]) {
      return { shape: [a[0]!, a[1]!, b[2]!], dtype: "float32" };
    }
    throw new ShapeError({
      op: "matmul",
      problem: `${formatShape(a)} and ${formatShape(b)} do not fit`,
      expected: "[B,M,K] and [B,K,N]",
    });
  },
  reference: (inputs) => product(inputs),
  gradient: ({ inputs: [a, b] }, grad) => [
    a!.requiresGrad ? multiply(grad, transposed(b!)) : null,
    b!.requiresGrad ? multiply(transposed(a!), grad) : null,
  ],
  lowering: { kind: "kernel" },
  samples: (
    [
      [1, 1, 1, 1],
      [1, 3, 5, 7],
      [2, 4, 8, 4],
      [3, 5, 1, 2],
      [1, 1, 9, 3],
      [2, 7, 3, 1],
      [1, 6, 16, 10],
    ] as const
  ).map(([batch, m, k, n]) => ({
    inputs: [
      [batch, m, k],
      [batch, k, n],
    ],
    attrs: {},
  })),
  torch: () => "torch.matmul(x[0], x[1])",
});

function multiply(a: Node, b: Node): Node {
  return matmulOp([a, b], {});
}

/** [B,M,K] × [B,K,N], where B comes from broadcasting the leading axes. */
function batched(a: Node, b: Node): Node {
  const [rows, depth, columns] = [
    a.shape[a.shape.length - 2]!,
    a.shape[a.shape.length - 1]!,
    b.shape[b.shape.length - 1]!,
  ];
  const front = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  const flatten = (x: Node): Node => {
    const matrix = x.shape.slice(-2);
    return reshape(expand(x, [...front, ...matrix]), [sizeOf(front), ...matrix]);
  };
  // If all matrices on the left share one on the right, their stacked rows make a single product.
  if (b.shape.length === 2) {
    const left = reshape(a, [1, sizeOf(front) * rows, depth]);
    return reshape(multiply(left, reshape(b, [1, depth, columns])), [...front, rows, columns]);
  }
  return reshape(multiply(flatten(a), flatten(b)), [...front, rows, columns]);
}

/** The same in int32: the sum of the products a[…,m,k,1] · b[…,1,k,n]. It needs no memory for them. */
function exact(a: Node, b: Node): Node {
  const column = reshape(a, [...a.shape, 1]);
  const row = reshape(b, [...b.shape.slice(0, -2), 1, ...b.shape.slice(-2)]);
  const products = fitting(mul(column, row), "matmul");
  const axis = products.shape.length - 2;
  return reshape(
    fitting(sum(products, [axis]), "matmul"),
    products.shape.filter((_, i) => i !== axis),
  );
}

/**
 * The matrix product over the last two axes; the leading axes broadcast. A vector is a row on the left and a column on
 * the right, and its axis is then dropped. The result is int32 if both are, and otherwise float32. PyTorch:
 * `torch.matmul`.
 * @throws ShapeError for scalars, and if a's last axis and b's second to last differ in size
 */
export const matmul = opFunction(matmulOp, (a: Node, b: Node): Node => {
  const left = a.shape.length === 1 ? reshape(a, [1, ...a.shape]) : a;
  const right = b.shape.length === 1 ? reshape(b, [...b.shape, 1]) : b;
  if (a.shape.length === 0 || b.shape.length === 0 || left.shape.at(-1) !== right.shape.at(-2)) {
    throw new ShapeError({
      op: "matmul",
      problem: `${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit`,
      expected: "as many columns on the left as rows on the right",
      hint: "transpose one of them, or find the layer with the wrong size",
    });
  }
  const isWhole = a.dtype === "int32" && b.dtype === "int32";
  const result = isWhole ? exact(left, right) : batched(cast(left, "float32"), cast(right, "float32"));
  const kept: Shape = result.shape.filter(
    (_, axis, { length }) =>
      !(axis === length - 2 && a.shape.length === 1) && !(axis === length - 1 && b.shape.length === 1),
  );
  return reshape(result, kept);
});
