/** From a configuration back to the options that give it: the inverse of `readConfig`. */
import { resolveConfig, type TrainConfig } from "../entries/train.js";
import type { SettingOptions } from "./options.js";

/** The settings of a configuration by the option that sets them, as typed; only those that differ from its recipe. */
export function typedSettings(config: TrainConfig): ReadonlyMap<keyof SettingOptions, string> {
  const recipe = resolveConfig(config.recipe);
  const differs = (name: SettingName): boolean => JSON.stringify(config[name]) !== JSON.stringify(recipe[name]);
  return new Map([
    ...(config.recipe === "default" ? [] : [["recipe", config.recipe] as const]),
    ...SETTINGS.filter(differs).map((name) => [name, typed(config, name)] as const),
  ]);
}

type SettingName = Exclude<keyof SettingOptions, "recipe" | "weights">;

const SETTINGS: readonly SettingName[] = [
  "data",
  "loss",
  "epochs",
  "batchSize",
  "optimizer",
  "lr",
  "momentum",
  "weightDecay",
  "schedule",
  "augment",
  "earlyCrop",
  "goal",
  "seed",
  "threads",
  "numerics",
];

function typed(config: TrainConfig, name: SettingName): string {
  if (name === "schedule") {
    const { name: schedule, ...settings } = config.schedule;
    return [schedule, pairs(settings)].filter((words) => words !== "").join(":");
  }
  if (name === "augment") return pairs(config.augment);
  if (name === "earlyCrop") return config.earlyCrop === null ? "none" : pairs(config.earlyCrop);
  return String(config[name]);
}

/** `a=1,b=true,c=6+8` */
function pairs(settings: object): string {
  const written = (value: unknown): string => (Array.isArray(value) ? value.join("+") : String(value));
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${written(value)}`)
    .join(",");
}
