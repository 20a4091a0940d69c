import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertCloseTo } from "../../test/closeness.js";
import { ToyNet, toySource } from "../../test/toy-training.js";
import { ArgumentError } from "../errors/errors.js";
import { functional as F, Linear, LogSoftmax, Sequential } from "../nn/index.js";
import { SGD } from "../optim/index.js";
import { defaultGenerator } from "../random/random.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { lrRangeTest, suggestLr, type RangePoint, type RangeTestOptions } from "./lr-range-test.js";

function parts(): Pick<RangeTestOptions, "model" | "optimizer"> {
  const model = new ToyNet();
  return { model, optimizer: new SGD(model.parameters(), { lr: 1 }) };
}

/** The points of a test on a small network. */
function range(from: number, to: number, steps: number): RangePoint[] {
  return [...lrRangeTest({ ...parts(), batches: toySource(40).iterate(), from, to, steps })];
}

test("the rate grows by the same factor from the first step to the last", () => {
  const rates = range(0.0001, 0.01, 5).map(({ lr }) => Number(lr.toPrecision(6)));
  assert.deepEqual(rates, [0.0001, 0.000316228, 0.001, 0.00316228, 0.01]);
});

test("the first smoothed loss is the loss, and the next ones follow it slowly", () => {
  const [first, second] = range(0.0001, 0.01, 2) as [RangePoint, RangePoint];
  assertCloseTo(first.smoothed, first.loss, absolute(1e-9));
  // Weights 0.95 · 0.05 and 0.05, divided by their sum.
  const expected = (0.95 * first.loss + second.loss) / 1.95;
  assertCloseTo(second.smoothed, expected, absolute(1e-9));
});

test("each step trains the network with its own rate and its own gradient", () => {
  const model = new Sequential(new Linear(1, 2, { bias: false }), new LogSoftmax(1));
  (model[0] as Linear).weight.setData(Float32Array.of(0, 0));
  const batches = [1, 2, 3].map(() => [tensor([[1]]), tensor(Int32Array.of(0))] as const);
  const optimizer = new SGD(model.parameters(), { lr: 1 });
  const losses = [...lrRangeTest({ model, optimizer, batches, from: 1, to: 4, steps: 3 })].map(({ loss }) => loss);
  // With d the difference of the two weights, the loss is ln(1 + e^−d), and a step adds 2 · lr / (1 + e^d) to d:
  // 0, then 0 + 2 · 1 · 0.5 = 1, then 1 + 2 · 2 · 0.268941 = 2.075766.
  [0.693147, 0.313262, 0.118192].forEach((loss, i) => assertCloseTo(losses[i]!, loss, absolute(1e-5)));
});

test("the test ends with the first smoothed loss that is twice the lowest", () => {
  const model = new Sequential(new Linear(1, 2, { bias: false }), new LogSoftmax(1)).eval();
  (model[0] as Linear).weight.setData(Float32Array.of(0, 0));
  // The first step learns class 0, and then class 1 is asked for: the loss is ln 2, then ln(1 + e^3) = 3.048587.
  const batches = [0, 1, 1].map((label) => [tensor([[1]]), tensor(Int32Array.of(label))] as const);
  const optimizer = new SGD(model.parameters(), { lr: 1 });
  const points = [...lrRangeTest({ model, optimizer, batches, from: 3, to: 12, steps: 3 })];
  assert.equal(points.length, 2);
  // (0.95 · 0.693147 + 3.048587) / 1.95, which is more than 2 · 0.693147.
  assertCloseTo(points[1]!.smoothed, 1.901063, absolute(1e-4));
});

test("ranges that are not possible are refused", () => {
  for (const [from, to, steps] of [
    [0, 1, 5],
    [0.1, 0.1, 5],
    [1, 0.1, 5],
    [0.1, 1, 1],
    [0.1, 1, 2.5],
    [NaN, 1, 5],
  ] as const) {
    assert.throws(() => range(from, to, steps), ArgumentError, `from ${from} to ${to} in ${steps}`);
  }
});

/** Flat to 0.001, falling to 1, rising to 10: 20 points for a factor of ten. */
const points: RangePoint[] = Array.from({ length: 101 }, (_, i) => {
  const log = -4 + i / 20;
  const loss = log < -3 ? 2 : log <= 0 ? 2 - ((log + 3) / 3) ** 2 : 1 + 4 * log;
  return { lr: 10 ** log, loss, smoothed: loss };
});

test("close to the explosion a tenth of the rate with the lowest loss", () => {
  const { lr, lowest, steepest, exploded } = suggestLr(points);
  assertCloseTo(lowest, 1, absolute(1e-9));
  assert.ok(steepest > 0.5 && steepest < 1, String(steepest));
  assert.equal(lr, lowest / 10);
  assert.equal(exploded, true);
  assert.equal(suggestLr(points.slice(0, 70)).exploded, false);
});

test("in a flat valley the rate of the steepest fall, wherever the lowest loss lies", () => {
  // Flat to 0.01, falling to 0.1, then flat except at one point.
  const valley = (place: number): RangePoint[] =>
    points.map(({ lr }, i) => {
      const loss = lr < 0.01 ? 2 : lr < 0.1 ? 2 - Math.log10(lr / 0.01) ** 2 : 1;
      return { lr, loss, smoothed: i === place ? 0.99 * loss : loss };
    });
  const [early, late] = [suggestLr(valley(88)), suggestLr(valley(98))];
  assert.ok(late.lowest > 3 * early.lowest);
  assert.ok(early.lr > 0.05 && early.lr < 0.1);
  assert.equal(early.lr, early.steepest);
  assert.equal(late.lr, early.lr);
});

test("losses that are no numbers are left out, and too few are refused", () => {
  const broken = points.map((point) => (point.lr > 2 ? { ...point, smoothed: NaN } : point));
  assert.deepEqual(suggestLr(broken), suggestLr(points.filter(({ lr }) => lr <= 2).concat(broken.slice(-1))));
  assert.throws(
    () => suggestLr(points.slice(0, 12)),
    /the loss explodes too early to see a curve; expected more than 12/,
  );
});

test("a test puts back what it trains with: weights, statistics, modes, optimizer, gradients and random numbers", () => {
  for (const [what, use] of [
    ["to its end", (points: Iterable<RangePoint>) => [...points].length],
    ["until the loop breaks", ([first]: Iterable<RangePoint>) => first],
  ] as const) {
    const model = new ToyNet();
    model.bn.eval();
    model.drop.eval();
    const optimizer = new SGD(model.parameters(), { lr: 0.3, momentum: 0.9 });
    const [images, labels] = [...toySource(4).iterate()][0]!;
    F.nllLoss(model(images), labels).backward();
    optimizer.step();
    const look = (): unknown => [
      ...[...model.stateDict().values()].map((value) => value.tolist()),
      [...model.modules()].map(({ training }) => training),
      Object.values(optimizer.stateDict().state).map((of) =>
        Object.values(of).map((value) => (value as Tensor).tolist()),
      ),
      optimizer.paramGroups.map(({ lr }) => lr),
      model.conv.weight.grad!.tolist(),
      defaultGenerator.getState(),
    ];
    const batches = [...toySource(16).iterate()];
    const before = look();
    use(lrRangeTest({ model, optimizer, batches, from: 0.01, to: 1, steps: 4 }));
    assert.deepEqual(look(), before, what);
  }
});

test("a test with too few batches is refused when they end", () => {
  assert.throws(() => [...lrRangeTest({ ...parts(), batches: toySource(8).iterate(), from: 0.01, to: 1, steps: 4 })], {
    name: "ArgumentError",
    message: /^lrRangeTest: the batches end before the last rate, 1, is reached; expected 4 batches, got 2\. Hint: /,
  });
});
