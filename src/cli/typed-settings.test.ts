import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OPTIMIZERS, recipes, resolveConfig, type TrainSettings } from "../entries/train.js";
import { readConfig, type SettingOptions } from "./options.js";
import { typedSettings } from "./typed-settings.js";

const rate = fc.double({ min: 1e-12, max: 0.9, noNaN: true });
const schedules = fc.oneof(
  fc.constant({ name: "constant" as const }),
  fc.record({ name: fc.constant("onecycle" as const), pctStart: rate, cycleMomentum: fc.constant(false) }),
  fc.record({ name: fc.constant("step" as const), stepSize: fc.integer({ min: 1, max: 1000 }), gamma: rate }),
  fc.record({
    name: fc.constant("multistep" as const),
    milestones: fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ name: fc.constant("cosine" as const), etaMin: rate }),
  fc.record({ name: fc.constant("plateau" as const), factor: rate, patience: fc.integer({ min: 0, max: 1000 }) }),
);

const settings: fc.Arbitrary<Partial<TrainSettings>> = fc.record(
  {
    data: fc.constantFrom("mnist", "fashion-mnist"),
    goal: fc.double({ min: 1, max: 100, noNaN: true }),
    epochs: fc.integer({ min: 1, max: 1000 }),
    batchSize: fc.integer({ min: 1, max: 60_000 }),
    loss: fc.constantFrom("nll" as const, "cross-entropy" as const),
    optimizer: fc.constantFrom(...OPTIMIZERS),
    lr: rate,
    weightDecay: rate,
    schedule: schedules,
    augment: fc.record({ rotation: rate, shift: rate, scale: rate }, { requiredKeys: [] }),
    earlyCrop: fc.constantFrom(null, { size: 20, epochs: 1 }),
    seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    threads: fc.integer({ min: 1, max: 256 }),
    numerics: fc.constantFrom("fast" as const, "strict" as const),
  },
  { requiredKeys: [] },
);

test("a configuration's options give the same configuration", () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(recipes)), settings, (recipe, changes) => {
      const config = resolveConfig(recipe, changes);
      const options = { recipe: "default", ...Object.fromEntries(typedSettings(config)) } as unknown as SettingOptions;
      assert.deepEqual(readConfig("exercise", options), config);
    }),
    { numRuns: 300 },
  );
});

test("what the recipe sets is not typed again", () => {
  for (const recipe of Object.keys(recipes)) {
    assert.deepEqual([...typedSettings(resolveConfig(recipe))], recipe === "default" ? [] : [["recipe", recipe]]);
  }
});
