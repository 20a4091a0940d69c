/** `kilograd find-batch-size [net]` */
import type { Command } from "commander";
import { ProgressBar } from "../../entries/index.js";
import { percent, significant, whole } from "../../entries/report.js";
import { tryBatchSizes, type BatchSizeTrial } from "../../entries/train.js";
import { checkFit, prepare } from "../assembly.js";
import { addSettings, readConfig, type SettingOptions } from "../options.js";
import { addDownload, downloadIfAsked, type DownloadOptions } from "../data-download.js";
import { examples } from "../own-command.js";
import { waiting } from "../waiting-bar.js";
import type { DefineCommand } from "../surroundings.js";
import { readWhole } from "../whole-number.js";

interface FindBatchSizeOptions extends SettingOptions, DownloadOptions {
  readonly sizes: string;
  readonly images: string;
  readonly keepLr?: true;
  readonly json?: true;
}

const EXAMPLES = [
  ["find-batch-size", "the exercise's network with the default recipe"],
  ["find-batch-size my-net.ts --sizes 32,256 --images 60000"],
] as const;

export const defineCommand: DefineCommand = (command, { stdout, stderr }) => {
  command
    .description("compare batch sizes: speed and accuracy after training on the same images")
    .argument("[net]", "a built-in network, a file that exports a Module, an ONNX model, or a run", "exercise");
  addDownload(command);
  addSettings(command, [
    ...(["recipe", "loss", "optimizer", "lr", "momentum", "weightDecay"] as const),
    ...(["augment", "seed", "threads", "numerics", "data"] as const),
  ])
    .option("--sizes <list>", "batch sizes, separated by commas", "16,32,64,128,256,512")
    .option("--images <n>", "number of training images; each size sees them once", "10000")
    .option("--keep-lr", "use the same learning rate for every size; by default it is scaled with the size")
    .option("--json", "print one JSON line per size")
    .addHelpText("after", () => examples(EXAMPLES))
    .action(async (net: string, options: FindBatchSizeOptions, command: Command) => {
      const batchSizes = options.sizes.split(",").map((word) => readWhole("--sizes", word, 1));
      const images = readWhole("--images", options.images, 1);
      const config = readConfig(net, options);
      await downloadIfAsked(config.data, options, stderr);
      const { makeNetwork, data } = await prepare(config);
      checkFit(makeNetwork(), config, data);
      if (command.getOptionValueSource("images") === "cli") readWhole("--images", options.images, 1, data.train.length);
      let bar: ProgressBar | undefined;
      const onStep = (batchSize: number, step: number, total: number): void => {
        if (step === 1) bar = new ProgressBar({ total, desc: `size ${batchSize}`, stream: stderr, ...waiting });
        bar!.update();
        if (step === total) bar!.close();
      };
      const trials = { config, makeNetwork, data, batchSizes, images, scaleLr: !options.keepLr, onStep };
      if (!options.json) stdout.write(`${row(["batch size", "lr", "steps", "images/s", "test loss", "accuracy"])}\n`);
      try {
        for await (const trial of tryBatchSizes(trials)) {
          stdout.write(`${options.json ? JSON.stringify(trial) : row(cells(trial))}\n`);
        }
      } finally {
        bar?.close();
      }
    });
};

function cells({ batchSize, lr, steps, imagesPerSecond, testLoss, correct, total }: BatchSizeTrial): string[] {
  return [batchSize, lr, steps]
    .map((n) => significant(n, 4))
    .concat([whole(imagesPerSecond), significant(testLoss), percent(correct / total)]);
}

function row(words: readonly string[]): string {
  return words.map((word) => word.padStart(11)).join("");
}
