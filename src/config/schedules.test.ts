/** From settings to optimizers and schedules: the learning rates that a training gets, step by step or epoch by epoch. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Adam, AdamW, SGD, type Optimizer } from "../optim/index.js";
import { tensor } from "../tensor/creation.js";
import { parseConfig, type TrainConfig } from "./config.js";
import { makeOptimizer, makeSchedule } from "./schedules.js";

function configOf(settings: Readonly<Record<string, unknown>>): TrainConfig {
  const common = { recipe: "none", batchSize: 4, momentum: 0.8, weightDecay: 0.01, augment: {}, seed: 1 };
  const schedule = { name: "constant" };
  return parseConfig({ ...common, epochs: 4, optimizer: "sgd", lr: 0.5, schedule, ...settings });
}

const weights = (): ReturnType<typeof tensor>[] => [tensor([1, 2], undefined, { requiresGrad: true })];

describe("the optimizer", () => {
  const groupOf = (optimizer: "sgd" | "adam" | "adamw"): [Optimizer, Record<string, unknown>] => {
    const made = makeOptimizer(weights(), configOf({ optimizer }));
    return [made, made.paramGroups[0] as unknown as Record<string, unknown>];
  };

  test("sgd takes rate, momentum and weight decay", () => {
    const [made, { lr, momentum, weightDecay }] = groupOf("sgd");
    assert.ok(made instanceof SGD);
    assert.deepEqual([lr, momentum, weightDecay], [0.5, 0.8, 0.01]);
  });

  for (const [name, Class] of [
    ["adam", Adam],
    ["adamw", AdamW],
  ] as const) {
    test(`${name} takes the momentum as its first beta`, () => {
      const [made, { lr, betas, weightDecay }] = groupOf(name);
      assert.equal(made.constructor, Class);
      assert.deepEqual([lr, betas, weightDecay], [0.5, [0.8, 0.999], 0.01]);
    });
  }
});

/** The rate of each of `count` steps or epochs, rounded; the schedule sees these test losses. */
function rates(
  settings: Readonly<Record<string, unknown>>,
  count: number,
  losses: readonly number[] = [],
): { every: string | undefined; rates: number[]; momenta: number[] } {
  const config = configOf(settings);
  const optimizer = makeOptimizer(weights(), config);
  const schedule = makeSchedule({ optimizer, config, batches: 2 });
  const [lrs, momenta]: [number[], number[]] = [[], []];
  for (let i = 0; i < count; i++) {
    const group = optimizer.paramGroups[0]! as unknown as { lr: number; momentum: number };
    lrs.push(Number(group.lr.toPrecision(4)));
    momenta.push(Number(group.momentum.toPrecision(4)));
    schedule?.step(losses[i] ?? 1);
  }
  return { every: schedule?.every, rates: lrs, momenta };
}

describe("the rates of a schedule", () => {
  test("constant: there is none to take steps", () => {
    assert.deepEqual(rates({}, 3), { every: undefined, rates: [0.5, 0.5, 0.5], momenta: [0.8, 0.8, 0.8] });
  });

  test("step: a factor after a number of epochs", () => {
    const { every, rates: found } = rates({ schedule: { name: "step", stepSize: 2, gamma: 0.1 } }, 5);
    assert.deepEqual([every, found], ["epoch", [0.5, 0.5, 0.05, 0.05, 0.005]]);
  });

  test("multistep: a factor after these epochs", () => {
    const { every, rates: found } = rates({ schedule: { name: "multistep", milestones: [1, 3], gamma: 0.5 } }, 5);
    assert.deepEqual([every, found], ["epoch", [0.5, 0.25, 0.25, 0.125, 0.125]]);
  });

  test("cosine: down to the least over all epochs", () => {
    const { every, rates: found } = rates({ schedule: { name: "cosine", etaMin: 0.1 } }, 5);
    // 0.3 + 0.2 · cos(πk/4)
    assert.deepEqual([every, found], ["epoch", [0.5, 0.4414, 0.3, 0.1586, 0.1]]);
  });

  test("plateau: a factor when the test loss has not fallen for more epochs than its patience", () => {
    const schedule = { name: "plateau", factor: 0.1, patience: 1 };
    const { every, rates: found } = rates({ schedule }, 6, [2, 1, 1.5, 1.5, 0.5, 0.4]);
    assert.deepEqual([every, found], ["epoch", [0.5, 0.5, 0.5, 0.5, 0.05, 0.05]]);
  });

  test("onecycle: up and down over the steps of all epochs, and the momentum the other way", () => {
    // Eight steps: the highest rate comes after 0.5 · 8 − 1 = 3 of them, and the lowest in the last.
    const cycle = { name: "onecycle", pctStart: 0.5, divFactor: 5, finalDivFactor: 10 };
    const { every, rates: found, momenta } = rates({ schedule: { ...cycle, cycleMomentum: true } }, 8);
    assert.deepEqual([every, found[0], found[3], found[7]], ["step", 0.1, 0.5, 0.01]);
    assert.deepEqual([momenta[0], momenta[3], momenta[7]], [0.85, 0.75, 0.85]);
    const still = rates({ schedule: { ...cycle, cycleMomentum: false } }, 8);
    assert.deepEqual([...new Set(still.momenta)], [0.8]);
    assert.deepEqual(still.rates, found);
  });
});

test("options that a schedule leaves out have default values, mostly PyTorch's", () => {
  const full = (schedule: object): object => configOf({ schedule }).schedule;
  assert.deepEqual(full({ name: "onecycle" }), {
    name: "onecycle",
    pctStart: 0.3,
    divFactor: 25,
    finalDivFactor: 10_000,
    cycleMomentum: true,
  });
  assert.deepEqual(full({ name: "step", stepSize: 2 }), { name: "step", stepSize: 2, gamma: 0.1 });
  assert.deepEqual(full({ name: "multistep", milestones: [] }), { name: "multistep", milestones: [], gamma: 0.1 });
  assert.deepEqual(full({ name: "cosine" }), { name: "cosine", etaMin: 0 });
  assert.deepEqual(full({ name: "plateau" }), { name: "plateau", factor: 0.1, patience: 10 });
});

for (const schedule of [
  { name: "step", stepSize: 2 },
  { name: "multistep", milestones: [1, 3] },
  { name: "cosine" },
  { name: "plateau", patience: 1 },
  { name: "onecycle" },
]) {
  test(`${schedule.name}: a loaded state continues where it was saved`, () => {
    const config = configOf({ schedule });
    const make = (): [Optimizer, NonNullable<ReturnType<typeof makeSchedule>>] => {
      const optimizer = makeOptimizer(weights(), config);
      return [optimizer, makeSchedule({ optimizer, config, batches: 2 })!];
    };
    const [first, one] = make();
    const [second, other] = make();
    one.step(1);
    one.step(2);
    second.loadStateDict(first.stateDict());
    other.loadStateDict(one.stateDict());
    const lr = ({ paramGroups }: Optimizer): number => paramGroups[0]!.lr;
    for (let i = 0; i < 4; i++) {
      assert.equal(lr(second), lr(first));
      one.step(2);
      other.step(2);
    }
    assert.notEqual(lr(first), config.lr);
  });
}
