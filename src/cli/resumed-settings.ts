/** A resumed run keeps its settings. What to type instead if other settings are asked for. */
import type { Command } from "commander";
import { UsageError } from "../entries/index.js";
import { networks } from "../entries/train.js";
import { Run } from "../entries/train-node.js";
import type { SettingOptions } from "./options.js";
import { ownCommand } from "./own-command.js";
import { typedSettings } from "./typed-settings.js";

/** Options that do not affect the result. */
const FREE = new Set(["resume", "json", "log", "threads", "stopWhenHopeless", "download"]);

/**
 * @param folder the run that is to be resumed
 * @param command the command `train`, with what was typed
 * @throws UsageError if settings or a network were given
 */
export function refuseSettings(folder: string, command: Command): void {
  const given = command.options.filter((option) => {
    const name = option.attributeName();
    return command.getOptionValueSource(name) === "cli" && !FREE.has(name);
  });
  const got = [...command.args, ...given.map(({ long }) => long!)];
  if (got.length === 0) return;
  const words = given.flatMap((option) => {
    const value: unknown = command.getOptionValue(option.attributeName());
    return typeof value === "string" ? [option.long!, value] : [option.long!];
  });
  throw new UsageError({
    op: "--resume",
    problem: "a resumed run keeps its settings",
    expected: "no options other than --threads, --log, --json, --download and --stop-when-hopeless",
    got: got.join(" "),
    hint:
      words.length === 0
        ? `leave out ${got.join(" ")}: \`${ownCommand`train --resume ${folder}`}\``
        : `to go on from its weights with other settings, start a new run: \`${newRun(folder, command, words)}\``,
  });
}

/** A new run with the old one's network, weights and settings. A setting that was typed comes instead of the run's. */
function newRun(folder: string, command: Command, words: readonly string[]): string {
  const { config } = Run.open(folder).record;
  const typed = typedSettings(config);
  const kept = command.options.flatMap((option) => {
    const value = typed.get(option.attributeName() as keyof SettingOptions);
    return value === undefined || words.includes(option.long!) ? [] : [option.long!, value];
  });
  const network = Object.hasOwn(networks, config.net) ? config.net : folder;
  return ownCommand`train ${network} --weights ${folder} ${[...kept, ...words]}`;
}
