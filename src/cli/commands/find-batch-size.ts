/** `kilograd find-batch-size [net]` */
import { UsageError } from "../../entries/index.js";
import { percent, significant, whole } from "../../entries/report.js";
import { tryBatchSizes, type BatchSizeTrial } from "../../entries/train.js";
import { prepare } from "../assembly.js";
import { addSettings, readConfig, readNumber, type SettingOptions } from "../options.js";
import type { AddCommand } from "../surroundings.js";

interface FindBatchSizeOptions extends SettingOptions {
  readonly sizes: string;
  readonly images: string;
  readonly keepLr?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  kilograd find-batch-size                          for the exercise's network and the default recipe
  kilograd find-batch-size my-net.ts --sizes 32,256 --images 60000`;

export const addFindBatchSize: AddCommand = (program, { stdout }) => {
  const command = program
    .command("find-batch-size")
    .description("see what the batch size does to time and accuracy, with the same images for each")
    .argument("[net]", "a built-in network, or a file that exports a Module", "exercise");
  addSettings(command, [
    ...(["recipe", "optimizer", "lr", "momentum", "weightDecay"] as const),
    ...(["augment", "seed", "threads", "numerics", "data"] as const),
  ])
    .option("--sizes <list>", "batch sizes, with commas between", "16,32,64,128,256,512")
    .option("--images <n>", "how many training images each is trained on, once", "10000")
    .option("--keep-lr", "the same rate for each size; otherwise it grows with the size from the recipe's")
    .option("--json", "print a JSON line for each size")
    .addHelpText("after", EXAMPLES)
    .action(async (net: string, options: FindBatchSizeOptions) => {
      const batchSizes = options.sizes.split(",").map((word) => readCount("--sizes", word));
      const images = readCount("--images", options.images);
      const config = readConfig(net, options);
      const trials = { config, ...(await prepare(config)), batchSizes, images, scaleLr: !options.keepLr };
      if (!options.json) stdout.write(`${row(["batch size", "rate", "steps", "images/s", "test loss", "accuracy"])}\n`);
      for await (const trial of tryBatchSizes(trials)) {
        stdout.write(`${options.json ? JSON.stringify(trial) : row(cells(trial))}\n`);
      }
    });
};

function readCount(option: string, word: string): number {
  const count = readNumber(word);
  if (typeof count === "number" && Number.isInteger(count) && count >= 1) return count;
  throw new UsageError({
    op: option,
    problem: "not a number of images",
    expected: "a whole number from 1 up",
    got: word,
  });
}

function cells({ batchSize, lr, steps, imagesPerSecond, testLoss, correct, total }: BatchSizeTrial): string[] {
  return [batchSize, lr, steps]
    .map((n) => significant(n, 4))
    .concat([whole(imagesPerSecond), significant(testLoss), percent(correct / total)]);
}

function row(words: readonly string[]): string {
  return words.map((word) => word.padStart(11)).join("");
}
