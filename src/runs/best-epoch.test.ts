/** Which epoch a run keeps as its best, for given numbers of correct answers. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeEach, test, type TestContext } from "node:test";
import { toyTrainer } from "../../test/toy-training.js";
import { referenceEngine } from "../reference/reference-engine.js";
import { setEngine } from "../runtime/realize.js";
import { resolveConfig } from "../exercise/recipes.js";
import { Run } from "./run.js";

beforeEach(() => setEngine(referenceEngine));

const data = { hashes: {}, info: { size: [1, 3, 3], mean: 0.5, std: 0.25, classes: ["a", "b", "c"] } };

/** Follows a run whose epochs have these numbers of correct answers, and returns the best epoch after each. */
function bestAfterEach(t: TestContext, correct: readonly number[]): number[] {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-best-"));
  t.after(() => fs.rmSync(made, { recursive: true }));
  const run = Run.create(path.join(made, "run"), resolveConfig("default"), data);
  const trainer = toyTrainer();
  const end = run.follow(trainer);
  const health = { relus: [], gradients: [] };
  const state = trainer.capture();
  const best = correct.map((right, i) => {
    const epoch = i + 1;
    trainer.emit({
      type: "epoch",
      ...{ epoch, correct: right, total: 6, trainLoss: 1, testLoss: 1, seconds: 1, health },
    });
    // The trainer's checkpoint after an epoch is positioned at the beginning of the next.
    const position = { epoch: epoch + 1, batch: 0, lossSum: 0, seconds: 0 };
    trainer.emit({ type: "checkpoint", reason: "epoch", capture: () => ({ ...state, position }) });
    const saved = run.readCheckpoint("best");
    assert.equal(run.readCheckpoint("last").extra["bestEpoch"], saved.extra["bestEpoch"], "both files agree");
    assert.equal(saved.state.position.epoch, saved.extra["bestEpoch"]! + 1, "the file holds that epoch's weights");
    return saved.extra["bestEpoch"]!;
  });
  end();
  return best;
}

for (const [what, correct, best] of [
  ["an epoch with more right answers becomes the best", [3, 4, 5], [1, 2, 3]],
  ["one with fewer does not", [4, 3, 5], [1, 1, 3]],
  ["of equally good epochs the first one stays", [4, 4, 4], [1, 1, 1]],
  ["no right answer at all is a first result, too", [0, 0, 1], [1, 1, 3]],
] as const) {
  test(`${what}: ${correct.join(", ")}`, (t) => assert.deepEqual(bestAfterEach(t, correct), best));
}
