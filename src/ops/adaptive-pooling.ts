/** Mean pooling to a given size, built from other ops. PyTorch: `torch.nn.functional.adaptive_avg_pool2d`. */
import type { Node } from "../graph/node.js";
import { cat } from "./cat.js";
import { avgPool2d } from "./pooling.js";
import type { Pair } from "../graph/shape.js";
import { mean } from "./reduce.js";
import { sliceAxis } from "./slice-and-pad.js";
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

/** The means along one axis, window by window. */
function averages(x: Node, axis: number, output: number): Node {
  const input = x.shape[axis]!;
  const means = Array.from({ length: output }, (_, i) => {
    const [start, end] = [Math.floor((i * input) / output), Math.ceil(((i + 1) * input) / output)];
    return mean(sliceAxis(x, axis, start, end), [axis]);
  });
  return cat(means, axis);
}
