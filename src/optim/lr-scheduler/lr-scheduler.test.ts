/** The learning-rate schedules against PyTorch 1.13 (fixtures/optim/optim.py), their state, and their refusals. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertClose } from "../../../test/closeness.js";
import { Answers } from "../../../test/answers.js";
import { jsonFixture } from "../../../test/fixtures.js";
import { tensor } from "../../tensor/creation.js";
import {
  Adam,
  CosineAnnealingLR,
  MultiStepLR,
  OneCycleLR,
  ReduceLROnPlateau,
  SGD,
  StepLR,
  type Optimizer,
} from "../index.js";
import type { SchedulerState } from "./lr-scheduler.js";

type Row = readonly number[];
const fixture = jsonFixture<{
  readonly schedules: Readonly<Record<string, readonly Row[]>>;
}>("optim/optim.json");

interface Schedule {
  step(...metric: readonly number[]): void;
  getLastLr(): readonly number[];
  stateDict(): SchedulerState;
  loadStateDict(state: SchedulerState): void;
}

const parameter = () => tensor([0], undefined, { requiresGrad: true });
const sgd = () => new SGD([{ params: [parameter()] }, { params: [parameter()], lr: 0.02 }], { lr: 0.1, momentum: 0.9 });
const adam = () => new Adam([parameter()], { lr: 0.1 });

/** The same as in fixtures/optim/optim.py. */
const cases: Record<
  string,
  { optimizer: () => Optimizer; make: (o: Optimizer) => Schedule; metric?: (i: number) => number }
> = {
  StepLR: { optimizer: sgd, make: (o) => new StepLR(o, 7, { gamma: 0.5 }) },
  MultiStepLR: { optimizer: sgd, make: (o) => new MultiStepLR(o, [5, 20, 20, 41]) },
  CosineAnnealingLR: { optimizer: sgd, make: (o) => new CosineAnnealingLR(o, 25, { etaMin: 0.001 }) },
  OneCycleLR: { optimizer: sgd, make: (o) => new OneCycleLR(o, [0.5, 0.2], { totalSteps: 60 }) },
  "OneCycleLR linear": {
    optimizer: sgd,
    make: (o) =>
      new OneCycleLR(o, 0.5, {
        epochs: 6,
        stepsPerEpoch: 10,
        annealStrategy: "linear",
        pctStart: 0.25,
        threePhase: true,
      }),
  },
  "OneCycleLR Adam": {
    optimizer: adam,
    make: (o) =>
      new OneCycleLR(o, 0.5, {
        totalSteps: 60,
        baseMomentum: 0.7,
        maxMomentum: 0.9,
        divFactor: 10,
        finalDivFactor: 100,
      }),
  },
  "OneCycleLR still": { optimizer: sgd, make: (o) => new OneCycleLR(o, 0.5, { totalSteps: 61, cycleMomentum: false }) },
  ReduceLROnPlateau: {
    optimizer: sgd,
    make: (o) =>
      new ReduceLROnPlateau(o, { factor: 0.5, patience: 2, cooldown: 1, threshold: 0.01, minLr: [0.001, 0.004] }),
    metric: (step) => 1 / (1 + Math.min(step, 10)),
  },
  "ReduceLROnPlateau max": {
    optimizer: sgd,
    make: (o) => new ReduceLROnPlateau(o, { mode: "max", patience: 3, threshold: 0.05, thresholdMode: "abs" }),
    metric: (step) => Math.sin(step / 5),
  },
};

function row(optimizer: Optimizer): number[] {
  const group = optimizer.paramGroups[0] as { momentum?: number; betas?: readonly [number, number] };
  return [...optimizer.paramGroups.map(({ lr }) => lr), group.betas?.[0] ?? group.momentum!];
}

const answers = new Answers(fixture.schedules, "python3 fixtures/optim/optim.py");
test("every stored answer is used", () => answers.assertAllAsked(Object.keys(cases)));

for (const [name, { optimizer: makeOptimizer, make, metric }] of Object.entries(cases)) {
  test(`${name} gives PyTorch's learning rates and momentum`, answers.needs(name), () => {
    const expected = answers.get(name);
    const optimizer = makeOptimizer();
    const schedule = make(optimizer);
    expected.forEach((values, step) => {
      assertClose(row(optimizer), values, absolute(1e-12), `step ${step}`);
      assert.deepEqual(
        schedule.getLastLr(),
        optimizer.paramGroups.map(({ lr }) => lr),
      );
      schedule.step(...(metric ? [metric(step)] : []));
    });
  });

  test(`${name} continues from a saved state`, () => {
    const [one, first] = [makeOptimizer(), makeOptimizer()];
    const [straight, before] = [make(one), make(first)];
    for (let step = 0; step < 23; step++)
      for (const schedule of [straight, before]) schedule.step(...(metric ? [metric(step)] : []));
    const second = makeOptimizer();
    const after = make(second);
    second.loadStateDict(first.stateDict());
    after.loadStateDict(JSON.parse(JSON.stringify(before.stateDict())) as SchedulerState);
    assert.deepEqual(after.getLastLr(), straight.getLastLr());
    for (let step = 23; step < 60; step++) {
      for (const schedule of [straight, after]) schedule.step(...(metric ? [metric(step)] : []));
      assert.deepEqual(row(second), row(one));
    }
  });
}

test("a phase without steps is skipped", () => {
  const optimizer = sgd();
  new OneCycleLR(optimizer, 1, { totalSteps: 10, pctStart: 0.1 });
  assert.equal(optimizer.paramGroups[0]!.lr, 1);
});

test("what does not make sense is refused", () => {
  const refusals: [() => unknown, string][] = [
    [() => new StepLR(sgd(), 0), "StepLR: invalid stepSize; expected an integer of at least 1, got 0."],
    [
      () => new MultiStepLR(sgd(), [3, 0.5]),
      "MultiStepLR: invalid milestones; expected an array, each element an integer of at least 1, got [3,0.5].",
    ],
    [
      () => new CosineAnnealingLR(sgd(), 1.5),
      "CosineAnnealingLR: invalid tMax; expected an integer of at least 1, got 1.5.",
    ],
    [
      () => new OneCycleLR(sgd(), 1, { epochs: 3 }),
      "OneCycleLR: the length of the cycle is missing; expected totalSteps, or epochs and stepsPerEpoch.",
    ],
    [
      () => new OneCycleLR(sgd(), 1, { totalSteps: 9, pctStart: 2 }),
      "OneCycleLR: invalid pctStart; expected a number from 0 to 1, got 2.",
    ],
    [
      () => new OneCycleLR(sgd(), 1, { totalSteps: 9, annealStrategy: "sin" as "cos" }),
      'OneCycleLR: invalid annealStrategy; expected "cos" or "linear", got "sin".',
    ],
    [
      () => new OneCycleLR(sgd(), [1], { totalSteps: 9 }),
      "OneCycleLR: maxLr needs one value per parameter group; expected 2, got 1.",
    ],
    [
      () => new ReduceLROnPlateau(sgd(), { factor: 1 }),
      "ReduceLROnPlateau: invalid factor; expected a number from 0 to below 1, got 1.",
    ],
    [
      () => new ReduceLROnPlateau(sgd(), { mode: "up" as "min" }),
      'ReduceLROnPlateau: invalid mode; expected "min" or "max", got "up".',
    ],
    [
      () => new ReduceLROnPlateau(sgd(), { minLr: [1] }),
      "ReduceLROnPlateau: minLr needs one value per parameter group; expected 2, got 1.",
    ],
    [
      () => new StepLR(sgd(), 3).loadStateDict({ last_epoch: 1, _last_lr: [1] }),
      'StepLR.loadStateDict: the state does not fit; expected last_epoch, and _last_lr of 2 groups, got {"last_epoch":1,"_last_lr":[1]}.',
    ],
    [
      () => new ReduceLROnPlateau(sgd()).loadStateDict({ last_epoch: 1 }),
      'ReduceLROnPlateau.loadStateDict: the state has no number "num_bad_epochs".',
    ],
  ];
  for (const [make, message] of refusals) assert.throws(make, { name: "ArgumentError", message });
});

test("a cycle has an end", () => {
  const schedule = new OneCycleLR(sgd(), 1, { totalSteps: 3 });
  for (let step = 0; step < 3; step++) schedule.step();
  assert.throws(() => schedule.step(), {
    name: "StateError",
    message:
      "OneCycleLR.step: step 4 is after the end of the cycle; expected at most 3 steps. Hint: give the number of batches of the whole training as totalSteps, and call step() once per batch.",
  });
});
