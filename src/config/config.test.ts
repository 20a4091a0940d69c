import assert from "node:assert/strict";
import { test } from "node:test";
import { ArgumentError } from "../errors/errors.js";
import { parseConfig } from "./config.js";
import { recipes, resolveConfig } from "../exercise/recipes.js";

test("every recipe is a complete configuration, and a resolved one resolves to itself", () => {
  for (const name of Object.keys(recipes)) {
    const config = resolveConfig(name);
    assert.equal(config.recipe, name);
    assert.deepEqual(parseConfig(JSON.parse(JSON.stringify(config))), config);
  }
});

test("the recipe `notebook` has the notebook's settings", () => {
  const { epochs, batchSize, optimizer, lr, momentum, weightDecay, schedule, augment, seed } =
    resolveConfig("notebook");
  assert.deepEqual(
    { epochs, batchSize, optimizer, lr, momentum, weightDecay, schedule, augment, seed },
    {
      epochs: 19,
      batchSize: 32,
      optimizer: "sgd",
      lr: 0.01,
      momentum: 0.9,
      weightDecay: 0,
      schedule: { name: "constant" },
      augment: { rotation: 0, shift: 0, scale: 0 },
      seed: 1,
    },
  );
});

test("settings replace the recipe's", () => {
  const config = resolveConfig("default", { epochs: 3, schedule: { name: "step", stepSize: 2 } });
  assert.equal(config.epochs, 3);
  assert.deepEqual(config.schedule, { name: "step", stepSize: 2, gamma: 0.1 });
});

const refused: readonly (readonly [settings: Record<string, unknown>, message: string])[] = [
  [{ epochs: 0 }, "epochs: invalid value; expected an integer from 1 to 1000, got 0."],
  [{ epochs: 2.5 }, "epochs: invalid value; expected an integer from 1 to 1000, got 2.5."],
  [{ lr: -1 }, "lr: invalid value; expected a number above 0, at most 100, got -1."],
  [{ lr: "0.1" }, 'lr: invalid value; expected a number above 0, at most 100, got "0.1".'],
  [{ lr: NaN }, "lr: invalid value; expected a number above 0, at most 100, got NaN."],
  [{ momentum: 1 }, "momentum: invalid value; expected a number from 0 up to, not including, 1, got 1."],
  [{ optimizer: "lion" }, 'optimizer: invalid value; expected one of sgd, adam, adamw, got "lion".'],
  [{ optimizer: undefined }, "optimizer: the setting is missing; expected one of sgd, adam, adamw."],
  [
    { schedule: { name: "wave" } },
    'schedule.name: invalid value; expected a schedule with the name constant, onecycle, step, multistep, cosine, plateau, got "wave".',
  ],
  [{ schedule: { name: "step" } }, "schedule.stepSize: the setting is missing; expected an integer from 1 to 1000."],
  [{ schedule: { name: "cosine", tMax: 3 } }, "schedule.tMax: unknown setting; expected one of etaMin."],
  [
    { augment: { rotate: 10 } },
    "augment.rotate: unknown setting; expected one of rotation, shift, scale. Hint: perhaps you mean rotation.",
  ],
  [
    { schedule: { name: "step", step_size: 2, gamma: 0.5 } },
    "schedule.step_size: unknown setting; expected one of stepSize, gamma. Hint: perhaps you mean stepSize.",
  ],
  [
    { optimizer: "adamW" },
    'optimizer: invalid value; expected one of sgd, adam, adamw, got "adamW". Hint: perhaps you mean adamw.',
  ],
  [{ augment: { flip: 1 } }, "augment.flip: unknown setting; expected one of rotation, shift, scale."],
  [{ schedule: { name: "constant", gamma: 1 } }, "schedule.gamma: unknown setting; expected no settings."],
  [{ earlyCrop: { size: 20, epochs: 1, at: 0 } }, "earlyCrop.at: unknown setting; expected one of size, epochs."],
  [{ augment: { rotation: 200 } }, "augment.rotation: invalid value; expected a number from 0 to 180, got 200."],
  [{ earlyCrop: 3 }, "earlyCrop: invalid value; expected null, or an object with size and epochs, got 3."],
  [{ earlyCrop: { size: 24 } }, "earlyCrop.epochs: the setting is missing; expected an integer from 1 to 1000."],
  [{ threads: 0 }, "threads: invalid value; expected an integer from 1 to 256, got 0."],
];

for (const [settings, message] of refused) {
  test(`refused: ${JSON.stringify(settings)}`, () => {
    assert.throws(() => resolveConfig("default", settings), { name: "ArgumentError", message });
  });
}

test("an unknown setting is an error that lists the known ones", () => {
  const settings = { learningRate: 0.1 } as object;
  assert.throws(
    () => resolveConfig("default", settings),
    /^ArgumentError: learningRate: unknown setting; expected one of net, weights, recipe, /,
  );
});

test("an unknown recipe is an error", () => {
  assert.throws(() => resolveConfig("toString"), ArgumentError);
  assert.throws(() => resolveConfig("best"), /expected one of default, quick, minute, notebook, got "best"/);
});

test("a momentum that onecycle cannot move is refused, unless it is kept constant", () => {
  assert.throws(() => resolveConfig("default", { momentum: 0 }), /Hint: set the schedule's cycleMomentum to false/);
  const schedule = { name: "onecycle", cycleMomentum: false } as const;
  assert.equal(resolveConfig("default", { momentum: 0, schedule }).momentum, 0);
});
