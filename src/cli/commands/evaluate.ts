/** `kilograd evaluate RUN` */
import { makeTest, openRun } from "../assembly.js";
import type { AddCommand } from "../surroundings.js";
import { formatTest } from "../training-output.js";

export const addEvaluate: AddCommand = (program, { stdout }) => {
  program
    .command("evaluate")
    .description("test the last and the best weights of a run on its test images")
    .argument("<run>", "the folder of a run")
    .action(async (folder: string) => {
      const { run, model, load } = await openRun(folder);
      const test = makeTest(run);
      for (const which of ["last", "best"] as const) {
        if (which === "best" && !run.has("best")) continue;
        const epochs = load(which);
        stdout.write(`${which}.safetensors, epoch ${epochs}\n${formatTest(test(model))}\n`);
      }
    });
};
