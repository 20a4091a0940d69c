/**
 * The configuration of a training: one typed object. An unknown key is an error, as is a value out of its range. What
 * the exercise lets one vary is here and nothing else; recipes.ts gives the values that are usual together.
 */
import * as z from "zod";
import { ArgumentError } from "../errors/errors.js";

/** A number that `accepts`, described by what is expected. */
function number(expected: string, accepts: (x: number) => boolean) {
  return z.custom<number>((x) => typeof x === "number" && Number.isFinite(x) && accepts(x), { error: expected });
}
const whole = (min: number, max: number) =>
  number(`a whole number from ${min} to ${max}`, (x) => Number.isInteger(x) && x >= min && x <= max);
const within = (min: number, max: number) => number(`a number from ${min} to ${max}`, (x) => x >= min && x <= max);
const below = (min: number, max: number) =>
  number(`a number from ${min} up to, not including, ${max}`, (x) => x >= min && x < max);
const above = (min: number, max: number) => number(`a number above ${min}, at most ${max}`, (x) => x > min && x <= max);
const oneOf = <const T extends readonly [string, ...string[]]>(names: T) =>
  z.enum(names, { error: `one of ${names.join(", ")}` });
const text = z.custom<string>((x) => typeof x === "string" && x !== "", { error: "a name or a path" });

export const OPTIMIZERS = ["sgd", "adam", "adamw"] as const;
export const NUMERICS = ["fast", "strict"] as const;
export const SCHEDULES = ["constant", "onecycle", "step", "multistep", "cosine", "plateau"] as const;

export type ScheduleConfig =
  | { readonly name: "constant" }
  | OneCycleConfig
  | { readonly name: "step"; readonly stepSize: number; readonly gamma: number }
  /** `milestones` are counted in finished epochs. */
  | { readonly name: "multistep"; readonly milestones: readonly number[]; readonly gamma: number }
  /** Down to `etaMin` along half a cosine, over all epochs. */
  | { readonly name: "cosine"; readonly etaMin: number }
  /** Times `factor` when the test loss has not fallen for more than `patience` epochs. */
  | { readonly name: "plateau"; readonly factor: number; readonly patience: number };

/** How far the one-cycle schedule moves the momentum to either side. */
export const MOMENTUM_SWING = 0.05;
/** The highest momentum that it may reach. */
const MOMENTUM_LIMIT = 0.999;

/** Up to `lr` in `pctStart` of the steps, from `lr / divFactor`, then down to `lr / divFactor / finalDivFactor`. */
interface OneCycleConfig {
  readonly name: "onecycle";
  readonly pctStart: number;
  readonly divFactor: number;
  readonly finalDivFactor: number;
  /** Moves the momentum the other way, from `MOMENTUM_SWING` above `momentum` to as much below it. */
  readonly cycleMomentum: boolean;
}

export interface AugmentConfig {
  /** Degrees to either side. */
  readonly rotation: number;
  /** Of the image's width and height, to either side. */
  readonly shift: number;
  /** Up or down from 1. */
  readonly scale: number;
}

/** The first epochs see the middle of the training images alone: an epoch of smaller images takes less time. */
export interface EarlyCropConfig {
  /** Height and width of the middle part, in pixels. */
  readonly size: number;
  /** How many epochs; the last one sees whole images in any case. */
  readonly epochs: number;
}

/** All settings of a training, complete. */
export interface TrainConfig {
  /** A built-in network's name, or the path of a file that exports one. */
  readonly net: string;
  /** A file with the network's first weights; null draws them by the seed. */
  readonly weights: string | null;
  readonly recipe: string;
  /** A dataset's name, or a folder of IDX files. */
  readonly data: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: (typeof OPTIMIZERS)[number];
  /** The learning rate; with onecycle the highest one. */
  readonly lr: number;
  /** SGD's momentum; for Adam and AdamW the first beta. */
  readonly momentum: number;
  readonly weightDecay: number;
  readonly schedule: ScheduleConfig;
  readonly augment: AugmentConfig;
  readonly earlyCrop: EarlyCropConfig | null;
  readonly seed: number;
  /** How many threads compute; null takes as many as the machine has cores. The result does not depend on it. */
  readonly threads: number | null;
  /** `fast` multiplies and adds in one rounding where the machine can; `strict` gives the same bits everywhere. */
  readonly numerics: (typeof NUMERICS)[number];
  /** A checkpoint is written after so many steps, besides the one after each epoch. */
  readonly checkpointSteps: number;
}

/** What may be left out, because there is a usual value. */
type Optional<T, K extends PropertyKey> = T extends unknown
  ? Omit<T, K> & { readonly [P in keyof T & K]?: T[P] | undefined }
  : never;

/** The same, where what has a default may be left out. */
export interface TrainSettings extends Omit<
  Optional<TrainConfig, "net" | "weights" | "data" | "earlyCrop" | "threads" | "numerics" | "checkpointSteps">,
  "schedule" | "augment"
> {
  readonly schedule: Optional<
    ScheduleConfig,
    Exclude<keyof OneCycleConfig, "name"> | "gamma" | "etaMin" | "factor" | "patience"
  >;
  readonly augment: Optional<AugmentConfig, keyof AugmentConfig>;
}

const schedule: z.ZodType<ScheduleConfig> = z.discriminatedUnion(
  "name",
  [
    z.strictObject({ name: z.literal("constant") }),
    z.strictObject({
      name: z.literal("onecycle"),
      pctStart: below(0, 1).default(0.3),
      divFactor: above(0, 1e6).default(25),
      finalDivFactor: above(0, 1e9).default(1e4),
      cycleMomentum: z.boolean({ error: "true or false" }).default(true),
    }),
    z.strictObject({ name: z.literal("step"), stepSize: whole(1, 1000), gamma: above(0, 1).default(0.1) }),
    z.strictObject({
      name: z.literal("multistep"),
      milestones: z.array(whole(1, 1000), { error: "a list of epochs" }),
      gamma: above(0, 1).default(0.1),
    }),
    z.strictObject({ name: z.literal("cosine"), etaMin: within(0, 1).default(0) }),
    z.strictObject({
      name: z.literal("plateau"),
      factor: above(0, 0.999).default(0.1),
      patience: whole(0, 1000).default(10),
    }),
  ],
  { error: `a schedule with the name ${SCHEDULES.join(", ")}` },
);

const augment: z.ZodType<AugmentConfig> = z.strictObject(
  {
    rotation: within(0, 180).default(0),
    shift: within(0, 1).default(0),
    scale: below(0, 1).default(0),
  },
  { error: "an object with rotation, shift and scale" },
);

const earlyCrop: z.ZodType<EarlyCropConfig | null> = z
  .strictObject(
    { size: whole(1, 10_000), epochs: whole(1, 1000) },
    { error: "null, or an object with size and epochs" },
  )
  .nullable();

const schema = z.strictObject({
  net: text.default("exercise"),
  weights: z.union([z.null(), text], { error: "a path" }).default(null),
  recipe: text,
  data: text.default("mnist"),
  epochs: whole(1, 1000),
  batchSize: whole(1, 60_000),
  optimizer: oneOf(OPTIMIZERS),
  lr: above(0, 100),
  momentum: below(0, 1),
  weightDecay: within(0, 1),
  schedule,
  augment,
  earlyCrop: earlyCrop.default(null),
  seed: whole(0, 2 ** 32 - 1),
  threads: z.union([z.null(), whole(1, 256)], { error: "a whole number from 1 to 256" }).default(null),
  numerics: oneOf(NUMERICS).default("fast"),
  checkpointSteps: whole(1, 1_000_000).default(500),
}) satisfies z.ZodType<TrainConfig>;

/**
 * A complete configuration from settings of unknown origin.
 * @throws ArgumentError naming the first setting that is unknown, missing or out of range (`op` is its path)
 */
export function parseConfig(settings: unknown): TrainConfig {
  const result = schema.safeParse(settings);
  if (!result.success) throw refuse(result.error.issues[0]!, settings);
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
    const known = path.length === 0 ? { expected: `one of ${Object.keys(schema.shape).join(", ")}` } : {};
    const op = [...path, issue.keys[0]!].join(".");
    return new ArgumentError({ op, problem: "there is no such setting", ...known });
  }
  const got = path.reduce<unknown>((inside, key) => (inside as Record<string, unknown> | undefined)?.[key], settings);
  const op = path.join(".") || "configuration";
  if (got === undefined) return new ArgumentError({ op, problem: "the setting is missing", expected: issue.message });
  return new ArgumentError({
    op,
    problem: "the value is not possible",
    expected: issue.message,
    got: JSON.stringify(got),
  });
}
