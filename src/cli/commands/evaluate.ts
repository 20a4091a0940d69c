/** `kilograd evaluate RUN` */
import { makeTest, openRun } from "../assembly.js";
import { addDownload, downloadIfAsked, type DownloadOptions } from "../data-download.js";
import type { DefineCommand } from "../surroundings.js";
import { formatTest } from "../training-output.js";

export const defineCommand: DefineCommand = (command, surroundings) => {
  addDownload(command)
    .description("test the last and the best weights of a run on the test images")
    .argument("<run>", "the folder of a run")
    .action(async (folder: string, options: DownloadOptions) => {
      const { run, model, load } = await openRun(folder, surroundings);
      await downloadIfAsked(run.record.config.data, options, surroundings.stderr);
      const test = makeTest(run, surroundings);
      for (const which of ["last", "best"] as const) {
        if (which === "best" && !run.has("best")) continue;
        const epochs = load(which);
        surroundings.stdout.write(`${which}.safetensors, epoch ${epochs}\n${formatTest(test(model))}\n`);
      }
    });
};
