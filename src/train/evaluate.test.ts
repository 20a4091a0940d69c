/** Evaluation of a network so small that its answers can be computed by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertCloseTo } from "../../test/closeness.js";
import type { Batch } from "../data/dataset.js";
import { Linear, LogSoftmax, Sequential } from "../nn/index.js";
import { compiledEngine, setEngine } from "../runtime/realize.js";
import { tensor } from "../tensor/creation.js";
import { evaluator } from "./evaluate.js";

/** Log-likelihoods of two classes for a number x: of class 0 it is −ln(1 + e^−2x). */
function network(): { model: Sequential; calls: () => number } {
  const model = new Sequential(new Linear(1, 2, { bias: false }), new LogSoftmax(1));
  (model[0] as Linear).weight.setData(Float32Array.of(1, -1));
  let calls = 0;
  const forward = model.forward.bind(model);
  model.forward = (x) => {
    calls++;
    return forward(x);
  };
  return { model, calls: () => calls };
}

/** Five batches, each with one image of class 0 and one that looks like class 0 but is of class 1. */
const batches = Array.from({ length: 5 }, (): Batch => [tensor([[1], [1]]), tensor(Int32Array.of(0, 1))]);

for (const [options, calls] of [
  // One call, on the first batch, looks at what the network returns.
  [{}, 6],
  [{ compiled: false }, 6],
  [{ loss: "cross-entropy" }, 6],
  // The first batch is computed as usual, the second is recorded, and the third and fifth are compared with that.
  [{ compiled: true }, 5],
] as const) {
  test(`evaluation with ${JSON.stringify(options)} calls the network ${calls} times for 5 batches`, () => {
    setEngine(compiledEngine());
    const net = network();
    const { testLoss, correct, total } = evaluator(net.model, options)(batches);
    // The mean of ln(1 + e^−2) = 0.126928 and ln(1 + e^2) = 2.126928.
    assertCloseTo(testLoss, 1.126928, absolute(1e-5));
    assert.deepEqual([correct, total], [5, 10]);
    assert.equal(net.calls(), calls);
  });
}
