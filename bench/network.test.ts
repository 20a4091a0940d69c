/** The benchmark's network is the exercise's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { manualSeed, noGrad, randn, type Tensor } from "kilograd";
import { ExerciseNet } from "kilograd/train";
import { layersOf, makeNetwork, positionsOf } from "./network.js";

test("with width 1 and depth 0 it computes what the exercise's network computes", () => {
  manualSeed(1);
  const exercise = new ExerciseNet();
  manualSeed(1);
  const network = makeNetwork(layersOf({ width: 1, depth: 0 }));
  const weights = (module: { parameters(): Iterable<Tensor> }): number[][] =>
    [...module.parameters()].map((parameter) => [...parameter.data()]);
  assert.deepEqual(weights(network), weights(exercise));
  const images = randn([2, 1, 28, 28]);
  assert.deepEqual(noGrad(() => network(images)).data(), noGrad(() => exercise.forward(images)).data());
});

test("it also works wider, deeper and with larger images", () => {
  for (const [scale, parameters] of [
    [{ width: 0.5, depth: 0 }, 3318],
    [{ width: 2, depth: 1 }, 67_194],
  ] as const) {
    const network = makeNetwork(layersOf(scale));
    assert.equal(
      [...network.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0),
      parameters,
    );
    assert.deepEqual(noGrad(() => network(randn([1, 1, 40, 40]))).shape, [1, 10]);
  }
});

test("positions are those of the convolutions in the Sequential", () => {
  const layers = layersOf({ width: 1, depth: 1 });
  const names = new Set([...makeNetwork(layers).namedParameters()].map(([name]) => name));
  const positions = positionsOf(layers);
  assert.equal(positions.length, 9);
  layers.forEach(({ norm }, i) => {
    assert.ok(names.has(`${positions[i]!}.weight`));
    assert.equal(names.has(`${positions[i]! + 1}.weight`), norm);
  });
});
