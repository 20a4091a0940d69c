/**
 * The configuration of a training: one typed object. An unknown key is an error, and so is a value out of range. It has
 * the settings that the exercise lets you vary and nothing else; recipes.ts has common combinations of their values.
 */
import { required, Signature } from "../errors/signature.js";
import { anything } from "../errors/record-kinds.js";
import * as z from "zod";
import { closest } from "../errors/closest.js";
import { ArgumentError } from "../errors/errors.js";
import { shown } from "../errors/shown.js";

/** A number for which `accepts` returns true; errors say what is `expected`. */
function number(expected: string, accepts: (x: number) => boolean) {
  return z.custom<number>((x) => typeof x === "number" && Number.isFinite(x) && accepts(x), { error: expected });
}
const whole = (min: number, max: number) =>
  number(`an integer from ${min} to ${max}`, (x) => Number.isInteger(x) && x >= min && x <= max);
const within = (min: number, max: number) => number(`a number from ${min} to ${max}`, (x) => x >= min && x <= max);
const below = (min: number, max: number) =>
  number(`a number from ${min} up to, not including, ${max}`, (x) => x >= min && x < max);
const above = (min: number, max: number) => number(`a number above ${min}, at most ${max}`, (x) => x > min && x <= max);
const oneOf = <const T extends readonly [string, ...string[]]>(names: T) =>
  z.enum(names, { error: `one of ${names.join(", ")}` });
const text = z.custom<string>((x) => typeof x === "string" && x !== "", { error: "a name or a path" });

/** The optimizers that a configuration can name. */
export const OPTIMIZERS = ["sgd", "adam", "adamw"] as const;
/**
 * The losses that a configuration can name: "nll" for networks that compute log-likelihoods, "cross-entropy" for networks
 * that compute scores (logits).
 */
export const LOSSES = ["nll", "cross-entropy"] as const;
/** The name of a loss. */
export type LossName = (typeof LOSSES)[number];
/** The ways of rounding that a configuration can name. */
export const NUMERICS = ["fast", "strict"] as const;
/** The schedules that a configuration can name. */
export const SCHEDULES = ["constant", "onecycle", "step", "multistep", "cosine", "plateau"] as const;

/**
 * A schedule of the learning rate, with its settings. "constant" has none. "step" and "multistep" multiply by `gamma`
 * every `stepSize` epochs, or after the epochs in `milestones`. "cosine" lowers the rate to `etaMin` along half a
 * cosine, over all epochs. "plateau" multiplies by `factor` when the test loss has not fallen for more than `patience`
 * epochs.
 */
export type ScheduleConfig =
  | { readonly name: "constant" }
  | OneCycleConfig
  | { readonly name: "step"; readonly stepSize: number; readonly gamma: number }
  /** `milestones` are counted in finished epochs. */
  | { readonly name: "multistep"; readonly milestones: readonly number[]; readonly gamma: number }
  /** Lowers the rate to `etaMin` along half a cosine, over all epochs. */
  | { readonly name: "cosine"; readonly etaMin: number }
  /** Multiplies the rate by `factor` when the test loss has not fallen for more than `patience` epochs. */
  | { readonly name: "plateau"; readonly factor: number; readonly patience: number };

/** How far the one-cycle schedule moves the momentum to either side. */
export const MOMENTUM_SWING = 0.05;
/** The highest momentum that it may reach. */
const MOMENTUM_LIMIT = 0.999;

/** Raises the learning rate from `lr / divFactor` to `lr`, then lowers it to `lr / divFactor / finalDivFactor`. */
export interface OneCycleConfig {
  /** Its name. */
  readonly name: "onecycle";
  /** The part of the steps in which the rate rises, from 0 to below 1. Default 0.3. */
  readonly pctStart: number;
  /** The highest rate divided by the first, above 0. Default 25. */
  readonly divFactor: number;
  /** The first rate divided by the last, above 0. Default 10,000. */
  readonly finalDivFactor: number;
  /** Whether the momentum moves the other way, from 0.05 above `momentum` to 0.05 below it. Default true. */
  readonly cycleMomentum: boolean;
}

/** How training images are changed at random. */
export interface AugmentConfig {
  /** The largest rotation to either side, in degrees, from 0 to 180. Default 0. */
  readonly rotation: number;
  /** The largest shift to either side, as a fraction of the width and height. Default 0. */
  readonly shift: number;
  /** The largest change of size up or down, as a fraction, below 1. Default 0. */
  readonly scale: number;
}

/** Makes the first epochs see only the middle of the training images. An epoch of smaller images takes less time. */
export interface EarlyCropConfig {
  /** The height and width of the middle, in pixels. */
  readonly size: number;
  /** The number of epochs. The last epoch always sees whole images. */
  readonly epochs: number;
}

/** All settings of a training, complete. */
export interface TrainConfig {
  /** The name of a built-in network, or the path of a file that exports one. */
  readonly net: string;
  /** A file with the initial weights; null draws them from the seed. */
  readonly weights: string | null;
  /** The name of the recipe that the settings started from. */
  readonly recipe: string;
  /** The name of a dataset, or a folder of IDX files. */
  readonly data: string;
  /**
   * The percentage of the test images that are to be classified correctly; null for the exercise's 99.4 on MNIST, and for
   * no goal on other data.
   */
  readonly goal: number | null;
  /** The number of epochs, from 1 to 1,000. */
  readonly epochs: number;
  /** The number of images in a batch, from 1 to 60,000. */
  readonly batchSize: number;
  /** The loss: "nll" for a network that computes log-likelihoods, "cross-entropy" for one that computes scores (logits). */
  readonly loss: LossName;
  /** The optimizer. */
  readonly optimizer: (typeof OPTIMIZERS)[number];
  /** The learning rate, above 0 and at most 100; with "onecycle", the highest one. */
  readonly lr: number;
  /** SGD's momentum, from 0 to below 1; for Adam and AdamW the first beta. */
  readonly momentum: number;
  /** The strength of the weight decay, from 0 to 1. */
  readonly weightDecay: number;
  /** The schedule of the learning rate. */
  readonly schedule: ScheduleConfig;
  /** How training images are changed at random. */
  readonly augment: AugmentConfig;
  /** Makes the first epochs see only the middle of the images; null for whole images from the start. */
  readonly earlyCrop: EarlyCropConfig | null;
  /** The seed of everything random, from 0 to 2³² − 1. */
  readonly seed: number;
  /** The number of threads; null for as many as the machine has processors. Results do not depend on it. */
  readonly threads: number | null;
  /** How numbers are rounded, as in `configure`. */
  readonly numerics: (typeof NUMERICS)[number];
  /** The number of steps between two checkpoints within an epoch; there is also one after each epoch. */
  readonly checkpointSteps: number;
}

/** Settings that may be left out because they have a default. */
type Optional<T, K extends PropertyKey> = T extends unknown
  ? Omit<T, K> & { readonly [P in keyof T & K]?: T[P] | undefined }
  : never;

/** The settings of a training, without those that have defaults. */
export interface TrainSettings extends Omit<
  Optional<
    TrainConfig,
    "net" | "weights" | "data" | "goal" | "loss" | "earlyCrop" | "threads" | "numerics" | "checkpointSteps"
  >,
  "schedule" | "augment"
> {
  /** The schedule of the learning rate. */
  readonly schedule: Optional<
    ScheduleConfig,
    Exclude<keyof OneCycleConfig, "name"> | "gamma" | "etaMin" | "factor" | "patience"
  >;
  /** How training images are changed at random. */
  readonly augment: Optional<AugmentConfig, keyof AugmentConfig>;
}

/** The settings of each schedule besides its name. */
const scheduleSettings = {
  constant: {},
  onecycle: {
    pctStart: below(0, 1).default(0.3),
    divFactor: above(0, 1e6).default(25),
    finalDivFactor: above(0, 1e9).default(1e4),
    cycleMomentum: z.boolean({ error: "true or false" }).default(true),
  },
  step: { stepSize: whole(1, 1000), gamma: above(0, 1).default(0.1) },
  multistep: {
    milestones: z.array(whole(1, 1000), { error: "a list of epochs" }),
    gamma: above(0, 1).default(0.1),
  },
  cosine: { etaMin: within(0, 1).default(0) },
  plateau: { factor: above(0, 0.999).default(0.1), patience: whole(0, 1000).default(10) },
} satisfies Record<ScheduleConfig["name"], z.ZodRawShape>;

const scheduleNamed = <const Name extends ScheduleConfig["name"]>(name: Name) =>
  z.strictObject({ name: z.literal(name), ...scheduleSettings[name] });

const schedule: z.ZodType<ScheduleConfig> = z.discriminatedUnion(
  "name",
  [
    scheduleNamed("constant"),
    scheduleNamed("onecycle"),
    scheduleNamed("step"),
    scheduleNamed("multistep"),
    scheduleNamed("cosine"),
    scheduleNamed("plateau"),
  ],
  { error: `a schedule with the name ${SCHEDULES.join(", ")}` },
);

const augmentSettings = {
  rotation: within(0, 180).default(0),
  shift: within(0, 1).default(0),
  scale: below(0, 1).default(0),
};
const augment: z.ZodType<AugmentConfig> = z.strictObject(augmentSettings, {
  error: "an object with rotation, shift and scale",
});

const earlyCropSettings = { size: whole(1, 10_000), epochs: whole(1, 1000) };
const earlyCrop: z.ZodType<EarlyCropConfig | null> = z
  .strictObject(earlyCropSettings, { error: "null, or an object with size and epochs" })
  .nullable();

const schema = z.strictObject({
  net: text.default("exercise"),
  weights: z.union([z.null(), text], { error: "a path" }).default(null),
  recipe: text,
  data: text.default("mnist"),
  goal: above(0, 100).nullable().default(null),
  epochs: whole(1, 1000),
  batchSize: whole(1, 60_000),
  loss: oneOf(LOSSES).default("nll"),
  optimizer: oneOf(OPTIMIZERS),
  lr: above(0, 100),
  momentum: below(0, 1),
  weightDecay: within(0, 1),
  schedule,
  augment,
  earlyCrop: earlyCrop.default(null),
  seed: whole(0, 2 ** 32 - 1),
  threads: z.union([z.null(), whole(1, 256)], { error: "an integer from 1 to 256" }).default(null),
  numerics: oneOf(NUMERICS).default("fast"),
  checkpointSteps: whole(1, 1_000_000).default(500),
}) satisfies z.ZodType<TrainConfig>;

const ofParseConfig = new Signature("parseConfig", [required("settings", anything)]);

/**
 * Checks settings of unknown origin and completes them.
 * @param settings the settings, such as the content of a JSON file
 * @returns the complete configuration
 * @throws ArgumentError that names the first setting that is unknown, missing or out of its range
 * @example
 * parseConfig({ ...recipes["notebook"], recipe: "notebook" }).numerics; // "fast"
 * parseConfig({ ...recipes["notebook"], recipe: "notebook", lr: -1 }); // throws ArgumentError: lr
 */
export function parseConfig(settings: unknown): TrainConfig {
  ofParseConfig.read(arguments);
  const result = schema.safeParse(settings);
  if (!result.success) {
    const { issues } = result.error;
    // A setting that is missing may be there under a name that is not known.
    throw refuse(issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!, settings);
  }
  const { schedule: plan, momentum } = result.data;
  const [lowest, highest] = [MOMENTUM_SWING, MOMENTUM_LIMIT - MOMENTUM_SWING];
  if (plan.name === "onecycle" && plan.cycleMomentum && (momentum < lowest || momentum > highest)) {
    throw new ArgumentError({
      op: "momentum",
      problem: `the onecycle schedule cannot cycle this momentum by ${MOMENTUM_SWING}`,
      expected: `a number from ${lowest} to ${highest}`,
      got: String(momentum),
      hint: "set the schedule's cycleMomentum to false to keep the momentum constant",
    });
  }
  return result.data;
}

function refuse(issue: z.core.$ZodIssue, settings: unknown): ArgumentError {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const known = knownSettings(path[0], settings);
    const op = [...path, issue.keys[0]!].join(".");
    const expected = known.length === 0 ? "no settings" : `one of ${known.join(", ")}`;
    return new ArgumentError({ op, problem: "unknown setting", expected, hint: suggestion(issue.keys[0]!, known) });
  }
  const got = path.reduce<unknown>((inside, key) => (inside as Record<string, unknown> | undefined)?.[key], settings);
  const op = path.join(".") || "configuration";
  if (got === undefined) return new ArgumentError({ op, problem: "the setting is missing", expected: issue.message });
  return new ArgumentError({
    op,
    problem: "invalid value",
    expected: issue.message,
    got: shown(got),
    hint: typeof got === "string" ? suggestion(got, issue.message.replace("one of ", "").split(", ")) : undefined,
  });
}

function suggestion(name: string, known: readonly string[]): string | undefined {
  const meant = closest(name, known);
  return meant === undefined ? undefined : `perhaps you mean ${meant}`;
}

/** The names of the settings, or of those within one of them. */
function knownSettings(within: string | undefined, settings: unknown): string[] {
  if (within === "augment") return Object.keys(augmentSettings);
  if (within === "earlyCrop") return Object.keys(earlyCropSettings);
  if (within === "schedule") return Object.keys(scheduleSettings[(settings as TrainConfig).schedule.name]);
  return Object.keys(schema.shape);
}
