/** `kilograd check RUN` */
import { gatherFacts, judge } from "../../entries/train.js";
import { makeTest, openRun } from "../assembly.js";
import { FAILURE, type DefineCommand } from "../surroundings.js";
import { formatVerdicts } from "../training-output.js";

export const defineCommand: DefineCommand = (command, surroundings, end) => {
  command
    .description("check a run against the exercise's four rules; exit status 1 if one fails")
    .argument("<run>", "the folder of a run")
    .action(async (folder: string) => {
      const { run, model, load } = await openRun(folder, surroundings);
      const epochs = load("last");
      const { correct, total } = makeTest(run)(model);
      const verdicts = judge({ correct, total, epochs, ...gatherFacts(model, run.record.images.size) });
      surroundings.stdout.write(`${formatVerdicts(verdicts)}\n`);
      if (!verdicts.every(({ pass }) => pass)) end(FAILURE);
    });
};
