import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { absolute, assertCloseTo } from "../../test/closeness.js";
import { ToyNet, toySource, toyTrainer } from "../../test/toy-training.js";
import { DivergenceError } from "../errors/errors.js";
import { SGD } from "../optim/index.js";
import { referenceEngine } from "../reference/reference-engine.js";
import { compiledEngine, setEngine } from "../runtime/realize.js";
import type { Batch } from "../data/dataset.js";
import { tensor } from "../tensor/creation.js";
import { decodeCheckpoint, encodeCheckpoint, hashTensors, type TrainingState } from "./checkpoint.js";
import { evaluate } from "./evaluate.js";
import type { StepEvent, TrainEvent } from "./events.js";
import { measureHealth } from "./health.js";
import type { Trainer } from "./trainer.js";

beforeEach(() => setEngine(referenceEngine));

const TYPES = ["start", "epochStart", "step", "epoch", "checkpoint", "end"] as const;

function record(trainer: Trainer): TrainEvent[] {
  const events: TrainEvent[] = [];
  for (const type of TYPES) trainer.on(type, (event) => events.push(event));
  return events;
}

/** What must be the same whether a training was interrupted or not. */
async function result(trainer: Trainer): Promise<{ weights: string; steps: unknown[] }> {
  const steps: StepEvent[] = [];
  trainer.on("step", (event) => steps.push(event));
  assert.equal(await trainer.run(), true);
  return { weights: await hashTensors(trainer.capture().model), steps };
}

/** Goes through the bytes of a file, as a real resumption does. */
function thawed(state: TrainingState): TrainingState {
  return decodeCheckpoint(encodeCheckpoint({ state, extra: {} }), "x").state;
}

test("the events of a training, in order", async () => {
  const trainer = toyTrainer();
  const events = record(trainer);
  await trainer.run();
  const line = (event: TrainEvent): string => ("reason" in event ? `${event.type}:${event.reason}` : event.type);
  const epoch = ["epochStart", "step", "step", "checkpoint:steps", "step", "step", "checkpoint:steps", "step"];
  const full = [...epoch, "epoch", "checkpoint:epoch"];
  assert.deepEqual(events.map(line), ["start", "checkpoint:start", ...full, ...full, "end"]);
  assert.deepEqual(events[0], { type: "start", epochs: 2, batches: 5, epoch: 1, batch: 0 });
  assert.deepEqual(events.at(-1), { type: "end", finished: true });
  const steps = events.filter((event) => event.type === "step");
  assert.deepEqual(
    steps.map(({ epoch, batch }) => [epoch, batch]),
    [1, 2].flatMap((number) => [0, 1, 2, 3, 4].map((batch) => [number, batch])),
  );
  // The rate that the step used, which is the cycle's first one in the first step.
  assertCloseTo(steps[0]!.lr, 0.1 / 25, absolute(1e-12));
  const [first] = events.filter((event) => event.type === "epoch");
  // 18 images in batches of four.
  const sums = steps.slice(0, 5).map(({ loss, batch }) => loss * (batch === 4 ? 2 : 4));
  assertCloseTo(first!.trainLoss, sums.reduce((a, b) => a + b) / 18, absolute(1e-12));
  assert.equal(first!.total, 6);
});

test("a training is the same from the same seed", async () => {
  assert.deepEqual(await result(toyTrainer()), await result(toyTrainer()));
});

test("from every checkpoint a new trainer goes on to the same bits", async () => {
  const saved: TrainingState[] = [];
  const whole = toyTrainer();
  whole.on("checkpoint", ({ capture }) => saved.push(thawed(capture())));
  const expected = await result(whole);
  assert.equal(saved.length, 7);
  for (const state of saved) {
    const trainer = toyTrainer();
    trainer.restore(state);
    const { weights, steps } = await result(trainer);
    const done = (state.position.epoch - 1) * 5 + state.position.batch;
    assert.equal(weights, expected.weights, `from epoch ${state.position.epoch}, batch ${state.position.batch}`);
    assert.deepEqual(steps, expected.steps.slice(done));
  }
});

for (const after of [1, 3, 5, 7, 10]) {
  test(`a training stopped after step ${after} and resumed ends with the same bits`, async () => {
    const expected = await result(toyTrainer());
    const trainer = toyTrainer();
    let count = 0;
    let saved: TrainingState | undefined;
    trainer.on("step", () => ++count === after && trainer.stop());
    trainer.on("checkpoint", ({ reason, capture }) => reason === "stop" && (saved = thawed(capture())));
    const events = record(trainer);
    assert.equal(await trainer.run(), false);
    assert.equal(count, after, "the batch under way is ended, and no other begun");
    assert.deepEqual(events.at(-1), { type: "end", finished: false });
    const next = toyTrainer();
    next.restore(saved!);
    assert.equal((await result(next)).weights, expected.weights);
  });
}

test("the state of another network is refused, and nothing is changed", async () => {
  const state = toyTrainer().capture();
  const model = new Map([...state.model].slice(1));
  const trainer = toyTrainer();
  const before = await hashTensors(trainer.capture().model);
  assert.throws(() => trainer.restore({ ...state, model }), /missing key\(s\) "conv\.weight"/);
  assert.equal(await hashTensors(trainer.capture().model), before);
});

test("a loss that is no number ends the training with an error that says where and what to try", async () => {
  const model = new ToyNet();
  model.conv.bias!.setData(Float32Array.of(NaN, 0, 0));
  const trainer = toyTrainer({ model, optimizer: new SGD(model.parameters(), { lr: 0.5 }), schedule: undefined });
  await assert.rejects(trainer.run(), (error: unknown) => {
    assert.ok(error instanceof DivergenceError);
    assert.match(error.message, /no longer a finite number in epoch 1, batch 0; expected a finite loss, got NaN\./);
    assert.match(error.message, /Hint: try a learning rate below 0\.5/);
    return true;
  });
});

test("a schedule by epochs takes a step after each epoch, with its test loss", async () => {
  const losses: number[] = [];
  const schedule = {
    every: "epoch" as const,
    step: (loss: number) => losses.push(loss),
    stateDict: () => ({}),
    loadStateDict: () => {},
  };
  const trainer = toyTrainer({ schedule });
  const expected: number[] = [];
  trainer.on("epoch", ({ testLoss }) => expected.push(testLoss));
  await trainer.run();
  assert.equal(losses.length, 2);
  assert.deepEqual(losses, expected);
});

test("a listener can be taken off", () => {
  const trainer = toyTrainer();
  let heard = 0;
  const off = trainer.on("end", () => heard++);
  trainer.emit({ type: "end", finished: true });
  off();
  trainer.emit({ type: "end", finished: true });
  assert.equal(heard, 1);
});

test("evaluation sums up over all batches, in evaluation mode, and puts the mode back", () => {
  const { model } = toyTrainer();
  const source = toySource(6);
  const first = evaluate(model, source.iterate());
  assert.equal(model.training, true);
  const second = evaluate(model, source.iterate());
  assert.equal(first.total, 6);
  assert.ok(first.correct >= 0 && first.correct <= 6 && Number.isInteger(first.correct));
  // Dropout is off and the statistics stay the same, so a different order of the images changes only the rounding.
  assert.equal(second.correct, first.correct);
  assertCloseTo(second.testLoss, first.testLoss, absolute(1e-6));
});

test("a compiled training calls the network for few batches of an epoch", async () => {
  setEngine(compiledEngine());
  /** How often forward() is called in the last of two epochs, of ten batches each. */
  const calls = async (options: { compiled?: boolean }): Promise<number> => {
    const model = new ToyNet();
    let count = 0;
    const forward = model.forward.bind(model);
    model.forward = (images) => {
      count++;
      return forward(images);
    };
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const trainer = toyTrainer({ model, optimizer, schedule: undefined, trainLoader: toySource(40), ...options });
    trainer.on("epochStart", () => (count = 0));
    await trainer.run();
    return count;
  };
  // Ten batches of training, two of tests (the second is smaller), and one for the health.
  assert.equal(await calls({ compiled: false }), 10 + 2 + 1);
  assert.equal(await calls({}), 10 + 2 + 1, "it is not compiled unless that is asked for");
  // The first batch of each size is computed as usual, the second recorded, and batches 3, 5 and 9 are compared with that.
  assert.equal(await calls({ compiled: true }), 5 + 2 + 1);
});

for (const name of ["trainLoader", "testLoader"] as const) {
  test(`refused: no batches in ${name}`, () => {
    assert.throws(() => toyTrainer({ [name]: { length: 0, iterate: () => [] } }), {
      name: "ArgumentError",
      message: `Trainer: ${name} has no batches; expected at least one, got 0. Hint: with dropLast, a dataset smaller than batchSize has none: choose a smaller batchSize.`,
    });
  });
}

test("a source of test batches that yields none ends the training with an error", async () => {
  const trainer = toyTrainer({ testLoader: { length: 1, iterate: () => [] } });
  await assert.rejects(trainer.run(), { name: "ArgumentError", message: /^evaluate: there are no images to test on/ });
});

test("a message that has arrived gets its turn after the first batch", async () => {
  const trainer = toyTrainer();
  let steps = 0;
  trainer.on("step", () => steps++);
  setImmediate(() => trainer.stop());
  assert.equal(await trainer.run(), false);
  assert.equal(steps, 1);
});

test("after the last step of an epoch there is only the epoch's checkpoint", async () => {
  const trainer = toyTrainer({ checkpointSteps: 5, epochs: 1 });
  const reasons: string[] = [];
  trainer.on("checkpoint", ({ reason }) => reasons.push(reason));
  await trainer.run();
  assert.deepEqual(reasons, ["start", "epoch"]);
});

test("a training that was stopped closes its source of batches, and can go on", async () => {
  const source = toySource(18);
  let open = 0;
  const trainLoader = {
    length: source.length,
    *iterate(options?: { readonly epoch?: number; readonly from?: number }) {
      open++;
      try {
        yield* source.iterate(options);
      } finally {
        open--;
      }
    },
  };
  const trainer = toyTrainer({ trainLoader });
  const off = trainer.on("step", () => trainer.stop());
  assert.equal(await trainer.run(), false);
  assert.equal(open, 0);
  off();
  assert.equal(await trainer.run(), true);
});

test("the health is that of the first batch of the test", async () => {
  const batches = [...toySource(6).iterate()];
  const trainer = toyTrainer({ testLoader: { length: 2, iterate: () => batches }, epochs: 1 });
  let health: unknown;
  trainer.on("epoch", (event) => (health = event.health));
  await trainer.run();
  assert.deepEqual(health, measureHealth(trainer.model, batches[0]!));
});

for (const compiled of [false, true]) {
  test(`a class out of range ends ${compiled ? "a compiled" : "a"} training or test with its position, late in the epoch, too`, async () => {
    setEngine(compiledEngine());
    const batches = [...toySource(18).iterate()];
    const spoiled = (number: number): { length: number; iterate: () => Batch[] } => {
      const [images, labels] = batches[number]!;
      const wrong = tensor(Int32Array.from(labels.data()).fill(12, 1, 2));
      return {
        length: batches.length,
        iterate: () => batches.map((batch, i) => (i === number ? [images, wrong] : batch)),
      };
    };
    const whole = { length: batches.length, iterate: () => batches };
    const message = /target 12 at position 1 is out of bounds/;
    const training = toyTrainer({ compiled, trainLoader: spoiled(3), testLoader: whole });
    let steps = 0;
    training.on("step", () => steps++);
    await assert.rejects(training.run(), message);
    assert.equal(steps, 3);
    await assert.rejects(toyTrainer({ compiled, trainLoader: whole, testLoader: spoiled(3) }).run(), message);
  });
}

test("images with NaN are blamed, and not the learning rate", async () => {
  const spoiled = [...toySource(18).iterate()].map(([images, labels], number): Batch => {
    const values = Float32Array.from(images.data());
    if (number === 1) values[2 * 9 + 4] = NaN;
    return [tensor(values, images.shape), labels];
  });
  await assert.rejects(toyTrainer({ trainLoader: { length: 5, iterate: () => spoiled } }).run(), {
    name: "DivergenceError",
    message:
      /^train: image 2 of epoch 1, batch 1 is not of finite numbers; expected finite numbers, got NaN\. Hint: look at/,
  });
});
