/** `kilograd check RUN` */
import { KilogradError } from "../../entries/index.js";
import { gatherFacts, judge, rulesFor } from "../../entries/train.js";
import { makeTest, openRun } from "../assembly.js";
import { addDownload, downloadIfAsked, type DownloadOptions } from "../data-download.js";
import { addSettings, readGoal } from "../options.js";
import { ownCommand } from "../own-command.js";
import { FAILURE, type DefineCommand } from "../surroundings.js";
import { formatVerdicts } from "../training-output.js";

export const defineCommand: DefineCommand = (command, surroundings, end) => {
  addDownload(addSettings(command, ["goal"]))
    .description("check a run against the exercise's four rules, or against its own goal; exit status 1 if one fails")
    .argument("<run>", "the folder of a run")
    .action(async (folder: string, options: DownloadOptions & { goal?: string }) => {
      const goal = options.goal === undefined ? undefined : readGoal(options.goal);
      const { run, model, load } = await openRun(folder, surroundings);
      const { config, data, images } = run.record;
      const rules = rulesFor({ config: { ...config, goal: goal ?? config.goal }, data });
      if (rules.length === 0) throw withoutGoal(folder, config.data);
      await downloadIfAsked(config.data, options, surroundings.stderr);
      const epochs = load("last");
      const { correct, total } = makeTest(run, surroundings)(model);
      const verdicts = judge({ correct, total, epochs, ...gatherFacts(model, images.size) }, rules);
      surroundings.stdout.write(`${formatVerdicts(verdicts)}\n`);
      if (!verdicts.every(({ pass }) => pass)) end(FAILURE);
    });
};

function withoutGoal(folder: string, data: string): KilogradError {
  return new KilogradError({
    op: "check",
    problem: `${folder} has no goal: the four rules are for MNIST, and this run was trained on ${data}`,
    hint: `give a goal in percent, as in \`${ownCommand`check ${folder} --goal 90`}\``,
  });
}
