/**
 * Sums of 10⁴ to 10⁷ elements in float32 have a relative error below 10⁻⁶, wherever a sum is taken, and the same bits for
 * any number of threads. All elements are equal, which is the hardest case: rounding then errs in one direction.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { F, full, manualSeed, nn, noGrad, rand, tensor, zeros, type Tensor } from "../src/entries/index.js";
import { assertClose, relative } from "./closeness.js";
import { checkRandomly } from "./random-checks.js";
import { useThreads } from "./use-threads.js";

const tenth = Math.fround(0.1);

/** Elements in memory. Those of `full` are a constant, which programs do not read. */
const equal = (shape: readonly number[], value: number = tenth): Tensor => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tensor(new Float32Array(size).fill(value)).reshape(shape);
};

interface LongSum {
  readonly results: readonly Tensor[];
  /** What all elements of each result should be. */
  readonly expected: readonly number[];
}

const sumOf = (result: Tensor, expected: number): LongSum => ({ results: [result], expected: [expected] });

/** The gradients of a layer's weights and bias, where every element that flows in is 0.1. */
function layerGradients(
  apply: (weight: Tensor, bias: Tensor) => Tensor,
  weightShape: readonly number[],
  terms: number,
): LongSum {
  const [weight, bias] = [new nn.Parameter(zeros(weightShape)), new nn.Parameter(zeros([weightShape[0]!]))];
  const result = apply(weight, bias);
  result.backward(equal(result.shape));
  return { results: [weight.grad!, bias.grad!], expected: [tenth * tenth * terms, tenth * terms] };
}

function convolutionGradients(image: readonly number[], weightShape: readonly number[], groups = 1): LongSum {
  const [n, , height, width] = image as [number, number, number, number];
  const [, , kernelHeight, kernelWidth] = weightShape as [number, number, number, number];
  const terms = n * (height - kernelHeight + 1) * (width - kernelWidth + 1);
  return layerGradients((weight, bias) => F.conv2d(equal(image), weight, bias, { groups }), weightShape, terms);
}

/** Running statistics after one batch that counts fully. */
function batchStatistics(input: Tensor): [mean: Tensor, variance: Tensor] {
  const [mean, variance] = [new nn.Buffer(zeros([input.shape[1]!])), new nn.Buffer(zeros([input.shape[1]!]))];
  F.batchNorm(input, mean, variance, { training: true, momentum: 1 });
  return [mean, variance];
}

const cases: Record<string, () => LongSum> = {
  "the mean of 10⁶": () => sumOf(equal([1_000_000]).mean(), tenth),
  "the mean of 10⁷": () => sumOf(equal([10_000_000]).mean(), tenth),
  "the mean of 10⁷ that are a constant": () => sumOf(full([10_000_000], 0.1).mean(), tenth),
  "the sum of 10⁴": () => sumOf(equal([10_000]).sum(), 10_000 * tenth),
  "a mean over the leading axis": () => sumOf(equal([10_485_760, 2], 285.3).mean(0), Math.fround(285.3)),
  "a mean over a middle axis": () => sumOf(equal([2, 100_000, 7]).mean(1), tenth),
  "a mean over a middle axis, of many columns": () => sumOf(equal([3, 10_000, 70]).mean(1), tenth),
  "a mean over the last axis": () => sumOf(equal([3, 100_001]).mean(1), tenth),
  "a mean over a transposed axis": () => sumOf(equal([100_001, 3]).transpose(0, 1).mean(1), tenth),
  "a mean over two of three axes": () => sumOf(equal([300, 5, 700]).mean([0, 2]), tenth),
  "a mean over all axes of a matrix": () => sumOf(equal([1000, 1000]).mean(), tenth),
  "channel means of images": () => sumOf(equal([1000, 16, 26, 26]).mean([0, 2, 3]), tenth),
  "channel means of a constant": () => sumOf(full([1000, 16, 26, 26], 0.1).mean([0, 2, 3]), tenth),
  "the mean of large images": () => sumOf(equal([2, 3, 500, 500]).mean([2, 3]), tenth),
  "the variance far from 0": () => sumOf(tensor([100_000, 100_001]).expand([500_000, 2]).var(undefined, 0), 0.25),
  "the deviation far from 0": () =>
    sumOf(
      tensor([1e6, 1e6 + 1])
        .expand([500_000, 2])
        .var([0, 1], 0)
        .sqrt(),
      0.5,
    ),
  "nllLoss of 200,000 terms": () =>
    sumOf(F.nllLoss(equal([200_000, 3], -0.7), zeros([200_000]).int()), Math.fround(0.7)),
  "crossEntropy of 200,000 terms": () =>
    sumOf(F.crossEntropy(equal([200_000, 4]), zeros([200_000]).int()), Math.log(4)),
  "mseLoss of 200,000 terms": () => sumOf(F.mseLoss(equal([200_000], 0.5), equal([200_000], 0.25)), 1 / 16),
  "logSoftmax over 10⁶": () => sumOf(equal([1, 1_000_000]).logSoftmax(1), -Math.log(1e6)),
  "softmax over a long leading axis": () => sumOf(equal([200_000, 3]).softmax(0), 1 / 200_000),
  "a matrix product with a long inner axis": () =>
    sumOf(equal([2, 300_000]).matmul(equal([300_000, 5])), tenth ** 2 * 300_000),
  "products of several matrices": () =>
    sumOf(equal([2, 3, 20_000]).matmul(equal([2, 20_000, 37])), tenth ** 2 * 20_000),
  "a convolution with as many taps": () =>
    sumOf(F.conv2d(equal([1, 16, 28, 28]), equal([3, 16, 28, 28])), tenth ** 2 * 12_544),
  "an average pooling of 10⁴": () => sumOf(F.avgPool2d(equal([1, 2, 100, 200]), 100), tenth),
  "a global average pooling": () => sumOf(F.adaptiveAvgPool2d(equal([1, 3, 1000, 1000]), 1), tenth),
  "gradients of a linear layer over 10⁶ rows": () =>
    layerGradients((weight, bias) => F.linear(equal([1_000_000, 3]), weight, bias), [4, 3], 1_000_000),
  "gradients of a 1×1 convolution over one large image": () => convolutionGradients([1, 1, 1000, 1000], [4, 1, 1, 1]),
  "gradients of a 5×5 convolution over many images": () => convolutionGradients([600, 1, 40, 40], [4, 1, 5, 5]),
  "gradients of a Winograd convolution": () => convolutionGradients([1600, 4, 27, 27], [8, 4, 3, 3]),
  "gradients of a depthwise convolution": () => convolutionGradients([20, 4, 200, 200], [4, 1, 3, 3], 4),
  "the gradient of a broadcast row": () => {
    const row = new nn.Parameter(zeros([1, 3]));
    row.add(equal([1_000_000, 3])).backward(equal([1_000_000, 3]));
    return sumOf(row.grad!, tenth * 1_000_000);
  },
  "batch norm's mean": () => sumOf(batchStatistics(equal([1600, 4, 25, 25]))[0], tenth),
  "batch norm's variance, far from 0": () =>
    sumOf(
      batchStatistics(tensor([1000, 1001]).reshape([1, 1, 1, 2]).expand([1000, 3, 26, 2]))[1],
      (0.25 * 52_000) / 51_999,
    ),
  "gradients of batch norm": () => {
    const [weight, bias] = [new nn.Parameter(zeros([3])), new nn.Parameter(zeros([3]))];
    const input = tensor([-1, 1]).reshape([1, 1, 1, 2]).expand([1000, 3, 26, 2]);
    const result = F.batchNorm(input, null, null, { weight, bias, training: true, eps: 0 });
    result.backward(input.mul(tenth).add(tenth));
    return { results: [weight.grad!, bias.grad!], expected: [tenth * 52_000, tenth * 52_000] };
  },
  "the sum of 4,194,304 bytes": () =>
    sumOf(tensor(Int32Array.from({ length: 4_194_304 }, (_, i) => i % 256)).sum(), 534_773_760),
  "the mean of 4,194,304 bytes": () =>
    sumOf(tensor(Int32Array.from({ length: 4_194_304 }, (_, i) => i % 256)).mean(), 127.5),
};

for (const [name, make] of Object.entries(cases)) {
  test(name, async () => {
    const bits: (Float32Array | Int32Array)[][] = [];
    for (const threads of [1, 2, 3]) {
      await useThreads(threads);
      const { results, expected } = make();
      bits.push(results.map((result) => result.data()));
      results.forEach((result, i) => {
        const data = result.data();
        assertClose(data, new Float64Array(data.length).fill(expected[i]!), relative(1e-6), `result ${i}`);
      });
    }
    assert.deepEqual(bits[1], bits[0], "two threads give the same bits as one");
    assert.deepEqual(bits[2], bits[0], "three threads give the same bits as one");
  });
}

/** The sums over these axes in float64, in row-major order of the remaining axes. */
function exactSums(data: ArrayLike<number>, shape: readonly number[], axes: readonly number[]): Float64Array {
  const kept = shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const sums = new Float64Array(kept.reduce((size, axis) => size * shape[axis]!, 1));
  for (let i = 0; i < data.length; i++) {
    let [rest, at, step] = [i, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (kept.includes(axis)) [at, step] = [at + (rest % shape[axis]!) * step, step * shape[axis]!];
      rest = Math.floor(rest / shape[axis]!);
    }
    sums[at]! += data[i]!;
  }
  return sums;
}

test("random shapes, axes and types have the sums and means of float64", async () => {
  await useThreads(2);
  const cases = fc.record({
    long: fc.integer({ min: 10_000, max: 60_000 }),
    others: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
    at: fc.nat(3),
    alsoOver: fc.array(fc.nat(3), { maxLength: 2 }),
    bytes: fc.boolean(),
    base: fc.constantFrom(0, 0.1, 1000),
    seed: fc.nat(9999),
  });
  const property = fc.property(cases, ({ long, others, at, alsoOver, bytes, base, seed }) => {
    const place = Math.min(at, others.length);
    const shape = [...others.slice(0, place), long, ...others.slice(place)];
    const axes = [...new Set([place, ...alsoOver.map((axis) => axis % shape.length)])];
    manualSeed(seed);
    const x = noGrad(() => (bytes ? rand(shape).mul(256).int() : rand(shape).add(base)));
    const sums = exactSums(x.data(), shape, axes);
    const count = x.numel() / sums.length;
    assertClose(x.sum(axes).data(), sums, relative(bytes ? 0 : 1e-6), "sum");
    assertClose(
      x.mean(axes).data(),
      sums.map((sum) => sum / count),
      relative(1e-6),
      "mean",
    );
  });
  checkRandomly(property, 25);
});
