/**
 * Tests weights trained in PyTorch (fixtures/weights/weights.py) in kilograd on all 10,000 test images: the number of
 * correct answers and the outputs are the same.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertClose } from "./closeness.js";
import { DataLoader, MNIST, transforms } from "../src/entries/data.js";
import { decodeStateDict } from "../src/entries/import.js";
import { noGrad } from "../src/entries/index.js";
import { evaluate, ExerciseNet } from "../src/entries/train.js";
import { jsonFixture, readFixture } from "./fixtures.js";

interface Fixture {
  readonly exercise: { readonly correct: number; readonly first: readonly number[] };
}
const { exercise } = jsonFixture<Fixture>("weights/weights.json");

test("as many of the 10,000 test images are correct as in PyTorch", () => {
  const model = new ExerciseNet();
  model.loadStateDict(decodeStateDict(readFixture("weights/exercise.pt"), "exercise.pt"));
  const transform = transforms.compose([transforms.toTensor(), transforms.normalize([0.1307], [0.3081])]);
  const data = new MNIST({ train: false, transform });
  const { correct, total } = evaluate(model, new DataLoader(data, { batchSize: 500 }));
  assert.deepEqual([correct, total], [exercise.correct, 10_000]);

  const [images] = data.batch([0, 1], () => assert.fail("nothing is random"));
  const output = noGrad(() => model.eval()(images)).data();
  assertClose(output, exercise.first, absolute(1e-4));
});
