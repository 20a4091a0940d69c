/** Recipes: settings that work well together, under a name. A recipe is data, and every setting can be overridden. */
import { required, optional, Signature } from "../errors/signature.js";
import { anything, recordWith } from "../errors/record-kinds.js";
import { ArgumentError } from "../errors/errors.js";
import { parseConfig, type TrainConfig, type TrainSettings } from "../config/config.js";

/** Settings that work well together. Any of them can be overridden. */
export type Recipe = Omit<TrainSettings, "recipe" | "net" | "weights" | "data" | "threads" | "numerics">;

/**
 * The recipes by name: "default" passes the exercise's four rules, "notebook" is the exercise's notebook to the letter,
 * "minute" and "quick" get there in a minute or less.
 */
export const recipes: Readonly<Record<string, Recipe>> = {
  /** Passes the exercise's four rules: OneCycle (Smith & Topin 2017) with slightly shifted, rotated and scaled images. */
  default: {
    epochs: 14,
    batchSize: 64,
    optimizer: "sgd",
    lr: 0.1,
    momentum: 0.9,
    weightDecay: 1e-4,
    schedule: { name: "onecycle" },
    augment: { rotation: 10, shift: 0.07, scale: 0.1 },
    seed: 1,
  },
  /** A few epochs of small batches for the network `quick`: the shortest way to 99.4 %. */
  quick: {
    epochs: 3,
    batchSize: 32,
    optimizer: "sgd",
    lr: 0.3,
    momentum: 0.9,
    weightDecay: 1e-4,
    schedule: { name: "onecycle" },
    augment: { rotation: 5, shift: 0.04, scale: 0.04 },
    seed: 1,
  },
  /** The exercise's network in a minute: few epochs, smaller images at first, and hardly any weight decay. */
  minute: {
    epochs: 5,
    batchSize: 32,
    optimizer: "sgd",
    lr: 0.3,
    momentum: 0.9,
    weightDecay: 2e-5,
    schedule: { name: "onecycle" },
    augment: { rotation: 4, shift: 0.03, scale: 0.03 },
    earlyCrop: { size: 24, epochs: 3 },
    seed: 1,
  },
  /** Exactly the exercise's notebook. */
  notebook: {
    epochs: 19,
    batchSize: 32,
    optimizer: "sgd",
    lr: 0.01,
    momentum: 0.9,
    weightDecay: 0,
    schedule: { name: "constant" },
    augment: {},
    seed: 1,
  },
};

const ofResolveConfig = new Signature("resolveConfig", [
  required("recipe", anything),
  optional("settings", recordWith("settings by name, as { epochs: 3 }")),
]);

/**
 * Completes a recipe to a configuration, with some of its settings overridden. A schedule or an augmentation replaces
 * the recipe's as a whole.
 * @param recipe the name of a recipe
 * @param settings what differs from it
 * @returns the complete configuration
 * @throws ArgumentError for an unknown recipe, an unknown setting or a value out of its range
 * @example
 * const { epochs, lr, seed } = resolveConfig("notebook", { epochs: 3, seed: 2 });
 * [epochs, lr, seed]; // [3, 0.01, 2]
 */
export function resolveConfig(recipe: string, settings: Partial<TrainSettings> = {}): TrainConfig {
  ofResolveConfig.read(arguments);
  const base = Object.hasOwn(recipes, recipe) ? recipes[recipe] : undefined;
  if (!base) {
    throw new ArgumentError({
      op: "recipe",
      problem: "there is no such recipe",
      expected: `one of ${Object.keys(recipes).join(", ")}`,
      got: JSON.stringify(recipe),
    });
  }
  return parseConfig({ ...base, ...settings, recipe });
}
