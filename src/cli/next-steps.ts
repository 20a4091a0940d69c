/** What to type after a training. */
import fs from "node:fs";
import { DivergenceError } from "../entries/index.js";
import type { Verdict } from "../entries/train.js";
import type { Run } from "../entries/train-node.js";
import { networkFailure } from "./network-module.js";
import { commandLines, ownCommand } from "./own-command.js";

/** After a finished training. Where a rule fails, or nothing says how good is good enough, the network comes first. */
export function afterTraining(folder: string, verdicts: readonly Verdict[]): string {
  const failed = verdicts.length === 0 || verdicts.some(({ pass }) => !pass);
  return `Next:\n${commandLines([
    ...(failed ? [[ownCommand`inspect ${folder}`, "what could be improved in the network"] as const] : []),
    [ownCommand`report ${folder}`, "curves, confusion matrix and mistakes, as a page"],
    [ownCommand`evaluate ${folder}`, "test the last and the best weights"],
    [ownCommand`predict ${folder} ${"image.png"}`, "classify an image of your own"],
    [ownCommand`export ${folder} --to onnx`, "take the network elsewhere"],
  ])}`;
}

/** After a training that an error has ended. What depends on the seed alone would happen again. */
export function afterFailure({ folder }: Run, error: unknown): string {
  if (!fs.existsSync(folder)) return `The run's folder ${folder} is no longer there.`;
  const happensAgain = error instanceof DivergenceError || (error instanceof Error && networkFailure(error));
  return `The run up to its last checkpoint is in ${folder}.\n${commandLines([
    ...(happensAgain ? [] : [[ownCommand`train --resume ${folder}`, "continue from there"] as const]),
    [ownCommand`report ${folder}`, "see how it went"],
  ])}`;
}
