/** Mean pooling to a given size, built from other ops. PyTorch: `torch.nn.functional.adaptive_avg_pool2d`. */
import type { Node } from "../graph/node.js";
import { cat } from "./cat.js";
import { avgPool2d } from "./pooling.js";
import type { Pair } from "../graph/shape.js";
import { mean } from "./reduce.js";
import { sliceAxis } from "./slice-and-pad.js";
import { reshape } from "./view.js";
import { requireImage, requirePixels } from "./window.js";

/**
 * Returns y [N,C,OH,OW] for x [N,C,H,W]. Output row i averages the rows from ⌊i·H/OH⌋ to ⌈(i+1)·H/OH⌉ (exclusive), and
 * columns work the same way, so windows may overlap and differ in size.
 */
export function adaptiveAvgPool2d(x: Node, output: Pair): Node {
  requireImage("adaptiveAvgPool2d", "input", x);
  requirePixels("adaptiveAvgPool2d", x.shape);
  const [height, width] = [x.shape[2]!, x.shape[3]!];
  if (output[0] === 1 && output[1] === 1) return mean(x, [2, 3]);
  if (height % output[0] === 0 && width % output[1] === 0) {
    const kernel: Pair = [height / output[0], width / output[1]];
    return avgPool2d(x, { kernel, stride: kernel, padding: [0, 0], countIncludePad: true });
  }
  return averages(averages(x, 2, output[0]), 3, output[1]);
}

/**
 * The means along one axis. The windows of 28 → 12 repeat after 3 outputs, which see 7 inputs, so there are only three
 * slices to average: of [4, 7], into which the axis is divided.
 */
function averages(x: Node, axis: number, output: number): Node {
  const input = x.shape[axis]!;
  const periods = greatestDivisor(input, output);
  const [seen, made] = [input / periods, output / periods];
  const sizes = (...middle: number[]): number[] => [...x.shape.slice(0, axis), ...middle, ...x.shape.slice(axis + 1)];
  const divided = reshape(x, sizes(periods, seen));
  const means = Array.from({ length: made }, (_, i) => {
    const [start, end] = [Math.floor((i * seen) / made), Math.ceil(((i + 1) * seen) / made)];
    return mean(sliceAxis(divided, axis + 1, start, end), [axis + 1]);
  });
  return reshape(cat(means, axis + 1), sizes(output));
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
