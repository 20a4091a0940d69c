/**
 * The range of every number in a configuration: the outermost values that are accepted, and the nearest ones that are
 * refused. The table is written out by hand, so a bound that moves in config.ts must move here too.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../config/config.js";
import { resolveConfig } from "../exercise/recipes.js";

interface Range {
  /** Where the number is in the configuration. */
  readonly path: string;
  /** The other settings of the object that contains the number, if any. */
  readonly beside?: Readonly<Record<string, unknown>>;
  readonly accepted: readonly number[];
  readonly refused: readonly number[];
}

/** Just past the bound, but still a different number in float64. */
const tiny = 1e-12;

const ranges: readonly Range[] = [
  { path: "epochs", accepted: [1, 1000], refused: [0, 1001, 1.5] },
  { path: "batchSize", accepted: [1, 60_000], refused: [0, 60_001, 32.5] },
  { path: "lr", accepted: [tiny, 100], refused: [0, 100 + tiny * 100, -tiny] },
  { path: "momentum", accepted: [0, 1 - tiny], refused: [-tiny, 1] },
  { path: "weightDecay", accepted: [0, 1], refused: [-tiny, 1 + tiny] },
  { path: "seed", accepted: [0, 4_294_967_295], refused: [-1, 4_294_967_296, 0.5] },
  { path: "threads", accepted: [1, 256], refused: [0, 257, 2.5] },
  { path: "checkpointSteps", accepted: [1, 1_000_000], refused: [0, 1_000_001, 1.5] },
  { path: "schedule.pctStart", beside: { name: "onecycle" }, accepted: [0, 1 - tiny], refused: [-tiny, 1] },
  {
    path: "schedule.divFactor",
    beside: { name: "onecycle" },
    accepted: [tiny, 1_000_000],
    refused: [0, 1_000_000.001],
  },
  {
    path: "schedule.finalDivFactor",
    beside: { name: "onecycle" },
    accepted: [tiny, 1_000_000_000],
    refused: [0, 1_000_000_000.001],
  },
  { path: "schedule.stepSize", beside: { name: "step" }, accepted: [1, 1000], refused: [0, 1001, 1.5] },
  { path: "schedule.gamma", beside: { name: "step", stepSize: 1 }, accepted: [tiny, 1], refused: [0, 1 + tiny] },
  {
    path: "schedule.gamma",
    beside: { name: "multistep", milestones: [1] },
    accepted: [tiny, 1],
    refused: [0, 1 + tiny],
  },
  { path: "schedule.etaMin", beside: { name: "cosine" }, accepted: [0, 1], refused: [-tiny, 1 + tiny] },
  { path: "schedule.factor", beside: { name: "plateau" }, accepted: [tiny, 0.999], refused: [0, 0.999 + tiny] },
  { path: "schedule.patience", beside: { name: "plateau" }, accepted: [0, 1000], refused: [-1, 1001, 0.5] },
  { path: "augment.rotation", beside: {}, accepted: [0, 180], refused: [-tiny, 180 + tiny * 1000] },
  { path: "augment.shift", beside: {}, accepted: [0, 1], refused: [-tiny, 1 + tiny] },
  { path: "augment.scale", beside: {}, accepted: [0, 1 - tiny], refused: [-tiny, 1] },
  { path: "earlyCrop.size", beside: { epochs: 1 }, accepted: [1, 10_000], refused: [0, 10_001, 1.5] },
  { path: "earlyCrop.epochs", beside: { size: 1 }, accepted: [1, 1000], refused: [0, 1001, 1.5] },
];

/** A configuration with no other limit on the value: the constant schedule takes any momentum. */
function settingsWith({ path, beside }: Range, value: number): unknown {
  const [outer, inner] = path.split(".") as [string, string | undefined];
  const base = resolveConfig("notebook");
  return { ...base, [outer]: inner === undefined ? value : { ...beside, [inner]: value } };
}

function valueAt(config: object, path: string): unknown {
  return path.split(".").reduce<unknown>((inside, key) => (inside as Record<string, unknown>)[key], config);
}

for (const range of ranges) {
  const { path, beside, accepted, refused } = range;
  const schedule = beside?.["name"];
  const where = typeof schedule === "string" ? `${path} of ${schedule}` : path;
  for (const value of accepted) {
    test(`${where}: ${value} is accepted`, () => {
      assert.equal(valueAt(parseConfig(settingsWith(range, value)), path), value);
    });
  }
  for (const value of refused) {
    test(`${where}: ${value} is refused`, () => {
      assert.throws(() => parseConfig(settingsWith(range, value)), { name: "ArgumentError", op: path });
    });
  }
}

for (const milestone of [0, 1001, 1.5]) {
  test(`a milestone of ${milestone} is refused`, () => {
    const schedule = { name: "multistep", milestones: [1, milestone], gamma: 0.1 };
    assert.throws(() => parseConfig({ ...resolveConfig("notebook"), schedule }), { op: "schedule.milestones.1" });
  });
}

test("milestones from 1 to 1000 are accepted", () => {
  const schedule = { name: "multistep", milestones: [1, 1000], gamma: 0.1 };
  assert.deepEqual(parseConfig({ ...resolveConfig("notebook"), schedule }).schedule, schedule);
});

test("every numeric setting has its range in the table above", () => {
  const everything = {
    ...resolveConfig("notebook", { threads: 1, earlyCrop: { size: 24, epochs: 1 } }),
    augment: { rotation: 1, shift: 0, scale: 0 },
  };
  const numbers = (value: unknown, path: string): string[] => {
    if (typeof value === "number") return [path];
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => numbers(inner, path === "" ? key : `${path}.${key}`));
  };
  const schedules = [
    { name: "onecycle" },
    { name: "step", stepSize: 1 },
    { name: "multistep", milestones: [1] },
    { name: "cosine" },
    { name: "plateau" },
  ].flatMap((schedule) => numbers(resolveConfig("default", { schedule } as object).schedule, "schedule"));
  const known = new Set([...ranges.map(({ path }) => path), "schedule.milestones.0"]);
  assert.deepEqual(
    [...numbers(everything, ""), ...schedules].filter((path) => !known.has(path)),
    [],
  );
});

// The one-cycle schedule moves the momentum by 0.05 to either side, which must stay within [0, 1).
for (const [momentum, accepted] of [
  [0.05, true],
  [0.0499, false],
  [0.949, true],
  [0.9491, false],
] as const) {
  test(`onecycle with a momentum of ${momentum} is ${accepted ? "accepted" : "refused"}`, () => {
    const resolve = () => resolveConfig("default", { momentum, schedule: { name: "onecycle" } });
    if (accepted) assert.equal(resolve().momentum, momentum);
    else assert.throws(resolve, { name: "ArgumentError", op: "momentum" });
  });
}
