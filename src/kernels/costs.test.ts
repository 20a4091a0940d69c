/** The costs that kernels report: elementary operations per outer index, which here is an image of the batch. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConvolutionWeightGradientKernel } from "./convolution-weight-gradient.js";
import { ConvolutionKernel } from "./convolution.js";
import { GroupedConvolutionKernel, GroupedWeightGradientKernel } from "./grouped-convolution.js";
import type { Kernel } from "./kernel.js";
import { MatmulKernel } from "./matmul.js";
import { PoolGradientKernel } from "./pool-gradient.js";
import { tileShape } from "./register-tile.js";
import { paddedImages, paddedRows, type BufferView } from "./views.js";
import { small } from "./winograd-transforms.js";
import { WinogradWeightGradientKernel } from "./winograd-weight-gradient.js";
import { WinogradWeightsKernel } from "./winograd-weights.js";
import { WinogradKernel } from "./winograd.js";

const rows = (...shape: number[]): BufferView => paddedRows("rows", shape, "float32");
const images = (...shape: number[]): BufferView => paddedImages("images", shape, "float32");

/** Seven images with 8 channels and 6×7 pixels become images with 16 channels and 4×5 pixels. */
const [input, output] = [images(7, 8, 6, 7), images(7, 16, 4, 5)];
const geometry = { kernel: [3, 3], stride: [1, 1], dilation: [1, 1] } as const;
const end = { bias: undefined, apply: (_: unknown, value: never): never => value } as unknown as ConstructorParameters<
  typeof ConvolutionKernel
>[2];
/** 16 · 4·5 · 3·3 · 8 */
const convolution = 23_040;

const kernels: Readonly<Record<string, readonly [Kernel, { extent: number; cost: number }]>> = {
  "a convolution": [
    new ConvolutionKernel(input, rows(3, 3, 8, 16), end, output, geometry),
    { extent: 7, cost: convolution },
  ],
  "the gradient of its weights": [
    new ConvolutionWeightGradientKernel(input, output, rows(1, 72, 16), geometry, 1),
    { extent: 7, cost: convolution },
  ],
  "Winograd's convolution": [
    new WinogradKernel(small, input, rows(36, 8, 16), end, output, rows(7, 1)),
    { extent: 7, cost: convolution },
  ],
  "Winograd's gradient of the weights": [
    new WinogradWeightGradientKernel(input, output, rows(1, 36, 8, 16), rows(7, 1), 1),
    { extent: 7, cost: convolution },
  ],
  // In two groups each of 16 outputs sees 4 of the 8 inputs.
  "a convolution in groups": [
    new GroupedConvolutionKernel(input, rows(3, 3, 4, 16), output, geometry, 2),
    { extent: 7, cost: convolution / 2 },
  ],
  "the gradient of its weights in groups": [
    new GroupedWeightGradientKernel(input, output, rows(1, 36, 16), geometry, 2, 1),
    { extent: 7, cost: convolution / 2 },
  ],
  // 8 channels · 3·3 windows of 2·2
  "the gradient of a pooling": [
    new PoolGradientKernel(input, images(7, 8, 3, 3), input, { ...geometry, kernel: [2, 2], stride: [2, 2] }),
    { extent: 7, cost: 288 },
  ],
};

for (const [what, [{ extent, cost }, expected]] of Object.entries(kernels)) {
  test(`${what}: ${expected.cost} for each of ${expected.extent}`, () => assert.deepEqual({ extent, cost }, expected));
}

test("a matrix product costs m · n · k, by matrix or by row", () => {
  const batch = new MatmulKernel(rows(5, 2, 3), rows(5, 3, 4), rows(5, 2, 4));
  assert.equal(batch.cost * batch.extent, 5 * 2 * 3 * 4);
  const single = new MatmulKernel(rows(1, 6, 3), rows(1, 3, 4), rows(1, 6, 4));
  assert.equal(single.cost * single.extent, 6 * 3 * 4);
});

test("transforming weights costs as much as they have products", () => {
  const forward = new WinogradWeightsKernel(small, "weights", rows(3, 3, 8, 16), rows(36, 8, 16), rows(8, 1));
  assert.deepEqual([forward.extent, forward.cost], [8, 36 * 16]);
  const backward = new WinogradWeightsKernel(small, "weight gradient", rows(36, 8, 16), rows(16, 8, 3, 3), rows(8, 1));
  assert.equal(backward.cost, 36 * 16);
});

test("the tile of accumulators follows from the vectors of a row", () => {
  const shapes = [1, 2, 3, 4, 5, 6, 8, 9, 10].map((vectors) => {
    const { rows: tall, columns } = tileShape(vectors);
    return `${vectors}: ${tall}×${columns}`;
  });
  assert.deepEqual(shapes, ["1: 8×1", "2: 4×2", "3: 2×3", "4: 2×4", "5: 8×1", "6: 2×3", "8: 2×4", "9: 2×3", "10: 4×2"]);
});
