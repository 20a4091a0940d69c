/** F.nllLoss on outputs that are no log-likelihoods: a hand-written loop is told so, once. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import * as F from "../nn/functional/index.js";
import { Linear } from "../nn/index.js";
import { SGD } from "../optim/index.js";
import { manualSeed, rand } from "../random/random.js";
import { compile } from "../tensor/compile.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";

const labels = tensor(Int32Array.of(0, 1, 2, 1));
type Step = (model: Linear, x: Tensor, y: Tensor) => Tensor;
type Outputs = (scores: Tensor) => Tensor;
const wrong: Readonly<Record<string, Outputs>> = {
  scores: (x) => x,
  likelihoods: (x) => x.softmax(1),
};
const right: Outputs = (x) => F.logSoftmax(x, 1);

/** What is said during 30 steps. Each shape of the outputs is warned of once, so each test has its own. */
function saidBy(classes: number, step: Step, { compiled = false } = {}): string[] {
  manualSeed(1);
  const model = new Linear(5, classes);
  const optimizer = new SGD(model.parameters(), { lr: 0.5 });
  const plain = (x: Tensor, y: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = step(model, x, y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  const run = compiled ? compile(plain) : plain;
  const warn = mock.method(console, "warn", () => undefined);
  try {
    for (let i = 0; i < 30; i++) run(rand([4, 5]), labels).item();
    return warn.mock.calls.map(({ arguments: [line] }) => String(line));
  } finally {
    warn.mock.restore();
  }
}

let classes = 3;
for (const [name, outputs] of Object.entries(wrong)) {
  for (const compiled of [false, true]) {
    const steps: Readonly<Record<string, Step>> = {
      mean: (model, x, y) => F.nllLoss(outputs(model(x)), y),
      sum: (model, x, y) => F.nllLoss(outputs(model(x)), y, { reduction: "sum" }),
      none: (model, x, y) => F.nllLoss(outputs(model(x)), y, { reduction: "none" }).mean(),
      "a part of the loss": (model, x, y) => F.nllLoss(outputs(model(x)), y).add(model.weight.square().sum().add(100)),
    };
    for (const [kind, step] of Object.entries(steps)) {
      test(`nllLoss of ${name}, ${kind}, ${compiled ? "compiled" : "plain"}, says once what to write`, () => {
        const said = saidBy(++classes, step, { compiled });
        assert.equal(said.length, 1, said.join("\n"));
        assert.match(
          said[0]!,
          /^nllLoss: the loss is negative, so its input \[4,\d+\] holds no log-likelihoods\. For scores/,
        );
      });
    }
  }
}

test("losses of log-likelihoods, of almost 0, and with weights are left alone", () => {
  const weight = tensor([1, -1, -1]);
  for (const compiled of [false, true]) {
    assert.deepEqual(
      saidBy(3, (model, x, y) => F.nllLoss(right(model(x)), y), { compiled }),
      [],
    );
    assert.deepEqual(
      saidBy(3, (model, x, y) => F.nllLoss(right(model(x).mul(1000)), y)),
      [],
    );
    assert.deepEqual(
      saidBy(3, (model, x, y) => F.crossEntropy(model(x), y), { compiled }),
      [],
    );
  }
  assert.deepEqual(
    saidBy(3, (model, x, y) => F.nllLoss(right(model(x)), y, { weight, reduction: "sum" })),
    [],
  );
});

test("what the line says works", () => {
  const scores = tensor([[4, 0, 0]]);
  const target = tensor(Int32Array.of(0));
  const close = (loss: Tensor): void => assert.ok(Math.abs(loss.item() - 0.03598) < 1e-5);
  close(F.crossEntropy(scores, target));
  close(F.nllLoss(scores.softmax(1).log(), target));
});
