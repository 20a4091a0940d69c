/** Mean pooling to a given size, built from other ops. PyTorch: `torch.nn.functional.adaptive_avg_pool2d`. */
import type { Node } from "../graph/node.js";
import { data } from "./leaf.js";
import { matmul } from "./matmul.js";
import { avgPool2d } from "./pooling.js";
import type { Pair } from "../graph/shape.js";
import { mean } from "./reduce.js";
import { requireImage } from "./window.js";

/**
 * Returns y [N,C,OH,OW] for x [N,C,H,W]. Output row i averages the rows from ⌊i·H/OH⌋ to ⌈(i+1)·H/OH⌉ (exclusive), and
 * columns work the same way, so windows may overlap and differ in size.
 */
export function adaptiveAvgPool2d(x: Node, output: Pair): Node {
  requireImage("adaptiveAvgPool2d", "input", x);
  const [height, width] = [x.shape[2]!, x.shape[3]!];
  if (output[0] === 1 && output[1] === 1) return mean(x, [2, 3]);
  if (height % output[0] === 0 && width % output[1] === 0) {
    const kernel: Pair = [height / output[0], width / output[1]];
    return avgPool2d(x, { kernel, stride: kernel, padding: [0, 0], countIncludePad: true });
  }
  const rows = data(averages(height, output[0]), [output[0], height], "float32");
  const columns = data(transposed(averages(width, output[1]), output[1]), [width, output[1]], "float32");
  return matmul(matmul(rows, x), columns);
}

/** The matrix [output, input] that computes these means along one axis. */
function averages(input: number, output: number): Float32Array {
  const matrix = new Float32Array(output * input);
  for (let i = 0; i < output; i++) {
    const start = Math.floor((i * input) / output);
    const end = Math.ceil(((i + 1) * input) / output);
    matrix.fill(1 / (end - start), i * input + start, i * input + end);
  }
  return matrix;
}

function transposed(matrix: Float32Array, rows: number): Float32Array {
  const columns = matrix.length / rows;
  return matrix.map((_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)]!);
}
