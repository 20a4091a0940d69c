/** The figures reported at the end of an epoch: its loss, and its seconds by a clock that the test controls. */
import assert from "node:assert/strict";
import { beforeEach, mock, test, type TestContext } from "node:test";
import { absolute, assertCloseTo } from "../../test/closeness.js";
import { toyTrainer } from "../../test/toy-training.js";
import { referenceEngine } from "../reference/reference-engine.js";
import { setEngine } from "../runtime/realize.js";
import type { TrainingState } from "./checkpoint.js";
import type { Trainer } from "./trainer.js";

beforeEach(() => setEngine(referenceEngine));

/** A clock that moves only when `advance` is called, by a number of seconds. */
function fakeClock(t: TestContext): { advance(seconds: number): void } {
  let now = 1000;
  const clock = mock.method(performance, "now", () => now);
  t.after(() => clock.mock.restore());
  return { advance: (seconds) => (now += 1000 * seconds) };
}

/** The seconds reported at the end of each epoch. */
function secondsOf(trainer: Trainer): number[] {
  const seconds: number[] = [];
  trainer.on("epoch", (event) => seconds.push(event.seconds));
  return seconds;
}

test("an epoch's seconds are its own: the second epoch starts from zero", async (t) => {
  const clock = fakeClock(t);
  const trainer = toyTrainer();
  // The step event is sent while the step is timed.
  trainer.on("step", ({ epoch }) => clock.advance(epoch === 1 ? 2 : 3));
  const seconds = secondsOf(trainer);
  await trainer.run();
  assert.deepEqual(seconds, [10, 15]);
});

test("what happens between steps does not count", async (t) => {
  const clock = fakeClock(t);
  const trainer = toyTrainer();
  trainer.on("step", () => clock.advance(1));
  for (const type of ["epochStart", "checkpoint", "epoch"] as const) trainer.on(type, () => clock.advance(100));
  const seconds = secondsOf(trainer);
  await trainer.run();
  assert.deepEqual(seconds, [5, 5]);
});

test("a resumed epoch goes on counting where it was stopped", async (t) => {
  const clock = fakeClock(t);
  const first = toyTrainer();
  first.on("step", ({ batch }) => {
    clock.advance(2);
    if (batch === 2) first.stop();
  });
  await first.run();
  const state: TrainingState = first.capture();
  assert.deepEqual([state.position.epoch, state.position.batch, state.position.seconds], [1, 3, 6]);

  const second = toyTrainer();
  second.restore(state);
  second.on("step", () => clock.advance(3));
  const seconds = secondsOf(second);
  await second.run();
  assert.deepEqual(seconds, [6 + 2 * 3, 5 * 3]);
});

test("an epoch's training loss is the mean over its own images", async () => {
  const trainer = toyTrainer();
  const steps: number[][] = [[], []];
  const means: number[] = [];
  trainer.on("step", ({ epoch, loss }) => steps[epoch - 1]!.push(loss));
  trainer.on("epoch", ({ trainLoss }) => means.push(trainLoss));
  await trainer.run();
  steps.forEach((losses, i) => {
    assert.equal(losses.length, 5);
    const [a, b, c, d, e] = losses as [number, number, number, number, number];
    assertCloseTo(means[i]!, (4 * (a + b + c + d) + 2 * e) / 18, absolute(1e-12));
  });
});

test("an epoch that goes on from a checkpoint of an early version has the same mean", async () => {
  const means: number[] = [];
  const listen = (trainer: Trainer): unknown =>
    trainer.on("epoch", ({ epoch, trainLoss }) => epoch === 1 && means.push(trainLoss));
  const whole = toyTrainer();
  listen(whole);
  await whole.run();
  const first = toyTrainer();
  const losses: number[] = [];
  first.on("step", ({ loss }) => losses.push(loss));
  first.on("step", ({ batch }) => batch === 2 && first.stop());
  await first.run();
  const { position, ...state } = first.capture();
  const { images, ...early } = { ...position, lossSum: losses.reduce((sum, loss) => sum + loss) };
  assert.equal(images, 12);
  const second = toyTrainer();
  listen(second);
  second.restore({ ...state, position: early });
  await second.run();
  assertCloseTo(means[1]!, means[0]!, absolute(1e-6));
});
