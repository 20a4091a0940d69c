import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertCloseTo } from "../../test/closeness.js";
import * as nn from "../nn/index.js";
import { functional as F } from "../nn/index.js";
import { inspectNetwork } from "../inspect/inspect.js";
import { tensor } from "../tensor/creation.js";
import * as reckoning from "./reckoning.js";

test("the course's own figures", () => {
  assert.equal(reckoning.linearWeights(13, 10), 130);
  const five = { image: 5, kernel: 3 };
  assert.equal(reckoning.weightsIfFullyConnected(five), 225);
  assert.equal(reckoning.convolutionWeights(five), 9);
  assert.equal(reckoning.convolutionLines(five), 81);
  assert.equal(reckoning.sum(reckoning.layerWeights([25_088, 4096, 4096, 1000])), 123_633_664);
  // The course has 1.41058 for a likelihood that it shows as 0.244.
  assertCloseTo(reckoning.negativeLogLikelihood(0.244), 1.41058, absolute(1e-4));
});

test("the library's own layers agree", () => {
  assert.equal(reckoning.linearWeights(13, 10), new nn.Linear(13, 10).weight.numel());
  const convolution = { image: 17, kernel: 5, stride: 3, padding: 2 };
  const { layers } = inspectNetwork(new nn.Conv2d(1, 1, 5, { stride: 3, padding: 2 }), [1, 17, 17]);
  assert.equal(layers.at(-1)!.outputs[0]![1], reckoning.convolutionOutput(convolution));
  const plain = inspectNetwork(new nn.Conv2d(1, 1, 3), [1, 5, 5]);
  assert.equal(plain.multiplyAdds, reckoning.convolutionLines({ image: 5, kernel: 3 }));
  const chain = new nn.Sequential(new nn.Conv2d(1, 1, 3), new nn.MaxPool2d(2), new nn.Conv2d(1, 1, 5));
  const fields = inspectNetwork(chain, [1, 28, 28]).layers.slice(1);
  assert.deepEqual(
    reckoning.receptiveFields([{ kernel: 3 }, { kernel: 2, stride: 2 }, { kernel: 5 }]),
    fields.map(({ field }) => field![0].size),
  );
  const logits = [0.5, -1, 2];
  const likelihoods = reckoning.softmax(logits);
  const loss = F.crossEntropy(tensor([logits]), tensor(Int32Array.of(2))).item();
  assertCloseTo(reckoning.negativeLogLikelihood(likelihoods[2]!), loss, absolute(1e-6));
  const dropped = F.dropout(tensor(new Float32Array(64).fill(1)), 0.75).data();
  assert.deepEqual([...new Set(dropped)].sort(), [0, reckoning.invertedDropoutScale(0.75)]);
});
