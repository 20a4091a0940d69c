/** From command-line options such as `--schedule step:stepSize=6` and `--augment rotation=7,shift=0.05` to a configuration. */
import fs from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { ArgumentError, UsageError } from "../entries/index.js";
import { closest, datasetNames, Run } from "../entries/train-node.js";
import {
  LOSSES,
  networks,
  NUMERICS,
  OPTIMIZERS,
  recipes,
  resolveConfig,
  SCHEDULES,
  type TrainConfig,
} from "../entries/train.js";

import { isRun } from "./network-file.js";

/** What `--data` accepts. */
export const DATA = `${datasetNames.join(", ")}, or a folder of IDX files`;

/** The options of `kilograd train` that are settings, as typed. */
export interface SettingOptions {
  readonly recipe: string;
  readonly epochs?: string;
  readonly batchSize?: string;
  readonly loss?: string;
  readonly optimizer?: string;
  readonly lr?: string;
  readonly momentum?: string;
  readonly weightDecay?: string;
  readonly schedule?: string;
  readonly augment?: string;
  readonly earlyCrop?: string;
  readonly seed?: string;
  readonly threads?: string;
  readonly numerics?: string;
  readonly data?: string;
  readonly goal?: string;
  readonly weights?: string;
}

/** The options, each with its description and, where it has one, its default value. */
const settingOptions: Readonly<
  Record<keyof SettingOptions, readonly [flags: string, description: string, value?: string]>
> = {
  recipe: ["--recipe <name>", `the settings to start from: ${Object.keys(recipes).join(", ")}`, "default"],
  epochs: ["--epochs <n>", "number of passes over the training images"],
  batchSize: ["--batch-size <n>", "images per step"],
  loss: [
    "--loss <name>",
    `the loss: ${LOSSES.join(" or ")}; nll for networks that end with a log-softmax, cross-entropy for those that return scores (logits)`,
  ],
  optimizer: ["--optimizer <name>", `the optimizer: ${OPTIMIZERS.join(", ")}`],
  lr: ["--lr <x>", "learning rate; with onecycle, the highest it reaches"],
  momentum: ["--momentum <x>", "momentum of SGD, or the first beta of Adam and AdamW"],
  weightDecay: ["--weight-decay <x>", "weight decay, which pulls the weights towards zero"],
  schedule: ["--schedule <name[:key=value,…]>", `how the learning rate changes: ${SCHEDULES.join(", ")}`],
  augment: [
    "--augment <key=value,…>",
    "random rotation (in degrees), shift and scale (as fractions of the image), or none",
  ],
  earlyCrop: [
    "--early-crop <key=value,…>",
    "train the first epochs on the middle of the images: size (in pixels) and epochs, or none",
  ],
  seed: ["--seed <n>", "seed for everything random"],
  threads: ["--threads <n>", "number of threads; the result does not depend on it"],
  numerics: ["--numerics <name>", `${NUMERICS.join(" or ")}; strict gives the same bits on every machine`],
  data: ["--data <name|folder>", `the data: ${DATA} (default: mnist, or what the run was trained on)`],
  goal: ["--goal <percent>", "the test accuracy to reach (default: 99.4 on MNIST, no goal on other data)"],
  weights: ["--weights <file|run>", "initial weights: safetensors, PyTorch's .pt, .npz, or a run's folder"],
};

/** Adds the options for these settings to a command; by default for all of them. */
export function addSettings(
  command: Command,
  names: readonly (keyof SettingOptions)[] = Object.keys(settingOptions) as (keyof SettingOptions)[],
): Command {
  for (const name of names) command.option(...settingOptions[name]);
  return command;
}

const NUMBERS = ["goal", "epochs", "batchSize", "lr", "momentum", "weightDecay", "seed", "threads"] as const;
const WORDS = ["loss", "optimizer", "numerics"] as const;

/**
 * The complete configuration. Its paths are absolute, so that a run can be resumed from anywhere.
 * @throws UsageError for a value that cannot be parsed or is out of range
 */
export function readConfig(net: string, options: SettingOptions): TrainConfig {
  const settings: Record<string, unknown> = Object.hasOwn(networks, net)
    ? { net }
    : { net: path.resolve(net), ...(isRun(net) ? settingsOfRun(net) : {}) };
  if (options.goal !== undefined) checkPercent(options.goal);
  for (const name of NUMBERS) if (options[name] !== undefined) settings[name] = readNumber(options[name]);
  for (const name of WORDS) if (options[name] !== undefined) settings[name] = options[name];
  if (options.schedule !== undefined) settings["schedule"] = readSchedule(options.schedule);
  if (options.augment !== undefined) settings["augment"] = readAugment(options.augment);
  if (options.earlyCrop !== undefined) settings["earlyCrop"] = readEarlyCrop(options.earlyCrop);
  if (options.data !== undefined) settings["data"] = readData(options.data);
  if (options.weights !== undefined) settings["weights"] = path.resolve(options.weights);
  try {
    return resolveConfig(options.recipe, settings);
  } catch (error) {
    throw error instanceof ArgumentError ? asUsageError(error) : error;
  }
}

/** A run's network belongs to its data, and returns what its loss needs. */
function settingsOfRun(folder: string): Pick<TrainConfig, "data" | "loss"> {
  const { data, loss } = Run.open(folder).record.config;
  return { data, loss };
}

/** A fraction is in the range of percentages, but nobody means it. */
function checkPercent(word: string): void {
  const value = readNumber(word);
  if (typeof value !== "number" || !(value > 0 && value < 1)) return;
  const percent = Number((100 * value).toPrecision(6));
  throw new UsageError({ op: "--goal", problem: "a goal is in percent", got: word, hint: `write --goal ${percent}` });
}

/** Reads `--threads` alone, for a run that keeps its other settings. */
export function readThreads(word: string): number {
  return readConfig("exercise", { recipe: "default", threads: word }).threads!;
}

/** Reads `--goal` alone, for a run that is judged again. */
export function readGoal(word: string): number {
  return readConfig("exercise", { recipe: "default", goal: word }).goal!;
}

/** Names the option instead of the setting: `schedule.gamma` becomes `--schedule (gamma)`. */
export function asUsageError({ op, problem, expected, got, hint }: ArgumentError): UsageError {
  const [setting, ...inner] = op.split(".");
  const option = `--${setting!.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return new UsageError({
    op: inner.length === 0 ? option : `${option} (${inner.join(".")})`,
    problem,
    expected,
    got,
    hint,
  });
}

/** A number, or the word itself, which the configuration's own check then rejects. */
export function readNumber(word: string): number | string {
  return word.trim() === "" || Number.isNaN(Number(word)) ? word : Number(word);
}

/** `step:stepSize=6,gamma=0.5` */
function readSchedule(word: string): Record<string, unknown> {
  const [name, ...rest] = word.split(":");
  const pairs = rest.join(":");
  return { name, ...(pairs === "" ? {} : readPairs("--schedule", pairs)) };
}

/** `rotation=7,shift=0.05,scale=0.05`, or `none` */
function readAugment(word: string): Record<string, unknown> {
  return word === "none" ? {} : readPairs("--augment", word);
}

/** `size=24,epochs=3`, or `none` */
function readEarlyCrop(word: string): Record<string, unknown> | null {
  return word === "none" ? null : readPairs("--early-crop", word);
}

function readData(word: string): string {
  if (word === "") {
    throw new UsageError({ op: "--data", problem: "the value is empty", expected: DATA });
  }
  if (datasetNames.includes(word)) return word;
  if (!fs.existsSync(word)) {
    const meant = closest(word, datasetNames);
    const known = /^(emnist|qmnist)/i.exec(word)?.[1]?.toUpperCase();
    const likely = meant === undefined ? undefined : `perhaps you mean ${meant}`;
    const hint = known === undefined ? likely : `give the folder of ${known}'s files`;
    throw new UsageError({ op: "--data", problem: "no such dataset or folder", expected: DATA, got: word, hint });
  }
  return path.resolve(word);
}

/** `a=1,b=true,c=6+8` */
function readPairs(option: string, words: string): Record<string, unknown> {
  const names = new Set<string>();
  return Object.fromEntries(
    words.split(",").map((pair) => {
      const [name, value, ...more] = pair.split("=");
      if (!name || value === undefined || more.length > 0) {
        throw new UsageError({ op: option, problem: "cannot be parsed", expected: "name=value", got: pair });
      }
      if (names.has(name)) throw new UsageError({ op: option, problem: `${name} is given twice`, got: words });
      names.add(name);
      return [name, readValue(name, value)] as const;
    }),
  );
}

function readValue(name: string, word: string): unknown {
  if (word === "true" || word === "false") return word === "true";
  return name === "milestones" ? word.split("+").map(readNumber) : readNumber(word);
}
