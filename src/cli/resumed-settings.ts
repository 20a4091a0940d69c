/** A resumed run keeps its settings. What to type instead if other settings are asked for. */
import type { Command } from "commander";
import { UsageError } from "../entries/index.js";
import { networks } from "../entries/train.js";
import { Run } from "../entries/train-node.js";
import { ownCommand } from "./own-command.js";

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
        : `to go on from its weights with other settings, start a new run: \`${newRun(folder, words)}\``,
  });
}

/** A new run with the old one's network, weights, recipe and data; its other settings are those of the recipe. */
function newRun(folder: string, words: readonly string[]): string {
  const { net, recipe, data, loss } = Run.open(folder).record.config;
  const kept = [
    ...(recipe === "default" ? [] : ["--recipe", recipe]),
    ...(data === "mnist" ? [] : ["--data", data]),
    ...(loss === "nll" ? [] : ["--loss", loss]),
  ];
  // A setting that was typed comes instead of the run's.
  const pairs = kept.flatMap((word, i) => (i % 2 === 0 && !words.includes(word) ? [word, kept[i + 1]!] : []));
  const network = Object.hasOwn(networks, net) ? net : folder;
  return ownCommand`train ${network} --weights ${folder} ${[...pairs, ...words]}`;
}
