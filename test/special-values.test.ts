/**
 * Every op and function on NaN, infinities, zeros of both signs, equal elements and sizes of 0 against PyTorch: values
 * with the signs of zeros, and gradients. fixtures/ops/special-values.py holds PyTorch's side of the table.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cat, F, tensor, zeros, type Tensor } from "../src/entries/index.js";
import { Answers } from "./answers.js";
import { jsonFixture } from "./fixtures.js";

type Numbers = readonly (number | string)[];
type Answer =
  | "error"
  | { readonly shape: readonly number[]; readonly value: Numbers; readonly gradients?: Record<string, Numbers> };

interface Fixture {
  readonly inputs: Record<string, { readonly shape: readonly number[]; readonly values: Numbers }>;
  readonly answers: Record<string, Answer>;
}

const fixture = jsonFixture<Fixture>("ops/special-values.json");
const answers = new Answers(fixture.answers, "python3 fixtures/ops/special-values.py");

/** The script writes what JSON has no number for as text: "nan", "inf", "-inf" and "-0". */
const asNumbers = (list: Numbers): number[] =>
  list.map((value) => (typeof value === "number" ? value : Number(value.replace("inf", "Infinity"))));

type Inputs = Record<
  | "x"
  | "a"
  | "b"
  | "rows"
  | "images"
  | "channels"
  | "logs"
  | "scores"
  | "matrix"
  | "ordinary"
  | "e"
  | "e0"
  | "e1"
  | "eImages"
  | "weight",
  Tensor
>;
type Call = (t: Inputs) => Tensor;

const classes = (...values: number[]): Tensor => tensor(Int32Array.from(values));
const named = <Name extends string>(names: string, call: (name: Name) => Call): Record<string, Call> =>
  Object.fromEntries(names.split(" ").map((name) => [name, call(name as Name)]));
const forEach = (list: readonly number[], name: (value: string) => string, call: (value: number) => Call) =>
  Object.fromEntries(list.map((value) => [name(String(value).toLowerCase().replace("infinity", "inf")), call(value)]));

function reductions(input: "rows" | "e" | "e0" | "e1", axes: readonly (number | undefined)[]): Record<string, Call> {
  const functions: Record<string, (x: Tensor, axis: number | undefined) => Tensor> = {
    sum: (x, axis) => x.sum(axis),
    mean: (x, axis) => x.mean(axis),
    var: (x, axis) => x.var(axis),
    "var 0": (x, axis) => x.var(axis, 0),
    amax: (x, axis) => x.amax(axis),
    amin: (x, axis) => x.amin(axis),
    argmax: (x, axis) => x.argmax(axis),
  };
  return Object.fromEntries(
    Object.entries(functions).flatMap(([name, call]) =>
      axes.map((axis) => [`${name} ${input} ${axis ?? "all"}`, (t: Inputs) => call(t[input], axis)]),
    ),
  );
}

const norm = (x: Tensor): Tensor => F.batchNorm(x, null, null, { training: true });

/** With zeros around it: an image of 12×11 pixels. */
const padded = (image: Tensor): Tensor => {
  const channels = image.size(1);
  const rows = cat([zeros(1, channels, 4, 4), image, zeros(1, channels, 4, 4)], 2);
  return cat([zeros(1, channels, 12, 3), rows, zeros(1, channels, 12, 4)], 3);
};

/** Without NaN. */
const numbersOf = (x: Tensor): Tensor => x.eq(x).where(x, -5);

const calls: Record<string, Call> = {
  ...named<"neg">(
    "neg abs sign exp log sqrt rsqrt reciprocal square floor ceil round relu sigmoid tanh",
    (name) => (t) => t.x[name](),
  ),
  ...forEach(
    [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 5, NaN, Infinity, -Infinity],
    (power) => `pow ${power}`,
    (power) => (t) => t.x.pow(power),
  ),
  ...forEach(
    [0, 1, -1, 2, -2, Infinity, NaN],
    (base) => `${base} pow`,
    (base) => (t) => tensor(base).pow(t.x),
  ),
  "clamp -1 1": (t) => t.x.clamp(-1, 1),
  "clamp 1 -1": (t) => t.x.clamp(1, -1),
  "clamp below 0": (t) => t.x.clamp(0),
  "clamp above 0": (t) => t.x.clamp(null, 0),
  "clamp -inf inf": (t) => t.x.clamp(-Infinity, Infinity),
  "clamp nan": (t) => t.x.clamp(NaN),
  "x times 0": (t) => t.x.mul(0),
  "x minus x": (t) => t.x.sub(t.x),
  "x over x": (t) => t.x.div(t.x),
  "x over 0": (t) => t.x.div(0),
  "1 over x": (t) => tensor(1).div(t.x),
  ...named<"add">("add sub mul div pow maximum minimum eq ne lt le gt ge", (name) => (t) => t.a[name](t.b)),
  "where a": (t) => t.a.gt(0).where(t.a, t.b),
  "where a is a number": (t) => t.a.eq(t.a).where(t.a, 0),
  "where log": (t) => t.a.gt(0).where(t.a.log(), t.b),
  "where nan condition": (t) => t.a.where(t.b, 7),
  ...reductions("rows", [undefined, 0, 1]),
  ...reductions("e", [undefined, 0]),
  ...reductions("e0", [undefined, 0, 1]),
  ...reductions("e1", [undefined, 0, 1]),
  softmax: (t) => t.rows.softmax(1),
  "softmax 0": (t) => t.rows.softmax(0),
  logSoftmax: (t) => t.rows.logSoftmax(1),
  "softmax squared": (t) => t.scores.softmax(1).square(),
  "logSoftmax squared": (t) => t.scores.logSoftmax(1).square(),
  "softmax e0 0": (t) => t.e0.softmax(0),
  "softmax e0 1": (t) => t.e0.softmax(1),
  "softmax e1 1": (t) => t.e1.softmax(1),
  "logSoftmax e0 1": (t) => t.e0.logSoftmax(1),
  "logSoftmax e1 1": (t) => t.e1.logSoftmax(1),
  maxPool2d: (t) => F.maxPool2d(t.images, 2),
  "maxPool2d overlapping": (t) => F.maxPool2d(t.images, 3, 1),
  "maxPool2d padded": (t) => F.maxPool2d(t.images, 3, 2, 1),
  "maxPool2d dilated": (t) => F.maxPool2d(t.images, 2, 1, 0, 2),
  "maxPool2d of one NaN": (t) => F.maxPool2d(t.images.slice(1, 0, 1), 2),
  "maxPool2d of relu of one NaN": (t) => F.maxPool2d(t.images.slice(1, 0, 1).relu(), 2).relu(),
  "maxPool2d of one NaN in 9 x 9": (t) => F.maxPool2d(padded(t.images.slice(1, 0, 1)), 9, 1),
  "maxPool2d of numbers": (t) => F.maxPool2d(numbersOf(t.images), 2),
  "maxPool2d of numbers, overlapping": (t) => F.maxPool2d(numbersOf(t.images), 3, 1),
  "maxPool2d of numbers, padded": (t) => F.maxPool2d(numbersOf(t.images), 3, 2, 1),
  "maxPool2d of relu": (t) => F.maxPool2d(t.images.relu(), 2),
  avgPool2d: (t) => F.avgPool2d(t.images, 2),
  "avgPool2d padded": (t) => F.avgPool2d(t.images, 3, 2, 1),
  adaptiveAvgPool2d: (t) => F.adaptiveAvgPool2d(t.images, 1),
  "adaptiveAvgPool2d uneven": (t) => F.adaptiveAvgPool2d(t.images, 3),
  "adaptiveAvgPool2d uneven in one axis": (t) => F.adaptiveAvgPool2d(t.images, [2, 5]),
  "avgPool2d of 9 x 9": (t) => F.avgPool2d(padded(t.images), 9, 1, 2),
  "maxPool2d of 9 x 9": (t) => F.maxPool2d(padded(numbersOf(t.images)), 9, 1, 2),
  "maxPool2d empty": (t) => F.maxPool2d(t.eImages, 2),
  "avgPool2d empty": (t) => F.avgPool2d(t.eImages, 2),
  "adaptiveAvgPool2d empty": (t) => F.adaptiveAvgPool2d(t.eImages, 1),
  conv2d: (t) => F.conv2d(t.images, t.weight),
  "conv2d empty": (t) => F.conv2d(t.eImages, t.weight),
  matmul: (t) => t.matrix.matmul(t.ordinary),
  "matmul right": (t) => t.ordinary.matmul(t.matrix),
  "matmul e1 e0": (t) => t.e1.matmul(t.e0),
  "matmul e0": (t) => t.e0.matmul(t.ordinary),
  "matmul e1": (t) => t.ordinary.matmul(t.e1),
  "linear e0": (t) => F.linear(t.e0, t.ordinary, tensor([1, 1, 1])),
  "linear e1": (t) => F.linear(t.e1, zeros([2, 0]), tensor([1, 1])),
  batchNorm: (t) => norm(t.channels),
  "batchNorm squared": (t) => norm(t.channels).square(),
  "batchNorm of relu": (t) => norm(t.channels.relu()),
  "batchNorm empty": (t) => norm(t.eImages),
  nllLoss: (t) => F.nllLoss(t.logs, classes(0, 1, 2, 1)),
  "nllLoss sum": (t) => F.nllLoss(t.logs.slice(0, 0, 3), classes(0, 1, 2), { reduction: "sum" }),
  "nllLoss of -inf": (t) => F.nllLoss(t.logs, classes(1, 2, 0, 1)),
  "nllLoss none": (t) => F.nllLoss(t.logs, classes(1, 2, 0, 0), { reduction: "none" }),
  "nllLoss ignores nan": (t) => F.nllLoss(t.logs, classes(0, 1, 2, -100)),
  "nllLoss ignores all": (t) => F.nllLoss(t.logs, classes(-100, -100, -100, -100)),
  "nllLoss ignores all, sum": (t) => F.nllLoss(t.logs, classes(-100, -100, -100, -100), { reduction: "sum" }),
  "nllLoss weight 0": (t) => F.nllLoss(t.logs, classes(0, 1, 1, 1), tensor([0, 1, 1])),
  "nllLoss all weights 0": (t) => F.nllLoss(t.logs, classes(0, 0, 1, 2), zeros([3])),
  "nllLoss empty": (t) => F.nllLoss(t.e0, classes()),
  "nllLoss empty, sum": (t) => F.nllLoss(t.e0, classes(), { reduction: "sum" }),
  crossEntropy: (t) => F.crossEntropy(t.scores, classes(0, 1, 2, 0, 0), { reduction: "none" }),
  "crossEntropy smoothed": (t) =>
    F.crossEntropy(t.scores, classes(0, 1, 2, 0, 0), { reduction: "none", labelSmoothing: 0.1 }),
  "crossEntropy ignores": (t) => F.crossEntropy(t.scores, classes(-100, 1, 0, -100, -100)),
  "crossEntropy empty": (t) => F.crossEntropy(t.e0, classes()),
  mseLoss: (t) => F.mseLoss(t.a, t.b, { reduction: "none" }),
  "mseLoss empty": (t) => F.mseLoss(t.e, t.e),
  "mseLoss empty, sum": (t) => F.mseLoss(t.e, t.e, { reduction: "sum" }),
  cat: (t) => cat([t.e0, t.ordinary, t.e0]),
  "cat 1": (t) => cat([t.e1, t.ordinary], 1),
  flip: (t) => t.e1.flip(0),
  "reshape e1": (t) => t.e1.reshape(0, 7),
  "reshape e1 -1": (t) => t.e1.reshape(0, -1),
  "expand e0": (t) => t.e0.expand(2, 0, 3),
  "broadcast e": (t) => t.e1.add(t.e),
  "broadcast e0": (t) => t.e0.add(t.ordinary.slice(0, 0, 1)),
  slice: (t) => t.ordinary.slice(0, 2, 2),
  "flatten e1": (t) => t.e1.flatten(),
  "transpose e1": (t) => t.e1.t().add(t.e0),
  "relu e": (t) => t.e.relu(),
  "var of one": (t) => t.ordinary.slice(0, 0, 1).var(0),
  "sqrt of var": (t) => t.ordinary.mul(0).var(0).sqrt(),
  "norm of 0": (t) => t.ordinary.mul(0).square().sum(1).sqrt(),
};

/**
 * Results in which a zero may have another sign. Of 0 and −0, PyTorch's maximum is one or the other, depending on where they
 * lie; kilograd's is always −0, and so is its minimum. A sum of nothing is negated, and a batch norm is rounded differently.
 */
const signsMayDiffer = new Set(
  "maximum|minimum|amax rows 1|maxPool2d|maxPool2d padded|maxPool2d of relu|maxPool2d of numbers|maxPool2d of numbers, padded|nllLoss ignores all, sum|nllLoss empty, sum|batchNorm|batchNorm of relu".split(
    "|",
  ),
);

/** Where kilograd differs from PyTorch on purpose. */
const differences: Readonly<Record<string, string>> = {
  "pow -0.5": "x^-0.5 is rsqrt(x), and so is its gradient, also at −0 and −∞",
  "clamp nan": "a bound of NaN makes everything NaN",
  "var rows 1": "the mean of three times 3e38 is infinite in float32; PyTorch's variance takes it in float64",
  "var 0 rows 1": "as above",
  maxPool2d: "of several NaN in a window that does not overlap others, the first gets the gradient, not the last",
  "maxPool2d of relu": "as above",
  "batchNorm empty": "no images have no statistics: an error instead of a running mean of NaN",
};

for (const [name, call] of Object.entries(calls)) {
  const difference = differences[name];
  test(difference === undefined ? name : `${name}: ${difference}`, answers.needs(name), () => {
    if (difference === undefined) compare(name, call);
    else assert.throws(() => compare(name, call), /PyTorch's is|has no values/);
  });
}

function compare(name: string, call: Call): void {
  const answer = answers.get(name);
  const inputs = Object.fromEntries(
    Object.entries(fixture.inputs).map(([key, { shape, values }]) => [
      key,
      tensor(Float32Array.from(asNumbers(values)), shape, { requiresGrad: true }),
    ]),
  ) as Inputs;
  if (answer === "error") {
    assert.throws(() => call(inputs).data(), { name: /^(Shape|Argument)Error$/ });
    return;
  }
  const result = call(inputs);
  assert.deepEqual(result.shape, answer.shape, "shape");
  assertSame(result.data(), asNumbers(answer.value), "value", !signsMayDiffer.has(name));
  if (!answer.gradients) return;
  result.sum().backward();
  for (const [key, expected] of Object.entries(answer.gradients)) {
    const gradient = inputs[key as keyof Inputs].grad;
    assertSame(gradient?.data() ?? expected.map(() => 0), asNumbers(expected), `gradient of ${key}`, false);
  }
}

test("every answer belongs to a call", () => answers.assertAllAsked(Object.keys(calls)));

/** Fails unless special values are the same and others are close in float32. */
function assertSame(actual: ArrayLike<number>, expected: readonly number[], what: string, signs: boolean): void {
  const shown = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));
  const wrong = expected.flatMap((value, i) => {
    const found = actual[i]!;
    const isSame = Object.is(found, value) || (!signs && found === value);
    const isClose = found !== 0 && Math.abs(found - value) <= 1e-5 * Math.abs(value) + 1e-37;
    return isSame || isClose ? [] : [`element ${i} is ${shown(found)}, PyTorch's is ${shown(value)}`];
  });
  assert.equal(actual.length, expected.length, what);
  assert.equal(wrong.join("; "), "", what);
}
