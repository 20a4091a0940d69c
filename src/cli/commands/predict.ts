/** `kilograd predict RUN image.png…` */
import fs from "node:fs";
import { DataError } from "../../entries/index.js";
import { Classifier, type Prediction } from "../../entries/predict.js";
import { openRun } from "../assembly.js";
import type { DefineCommand } from "../surroundings.js";

/** The width of the bar for a likelihood of 1, in characters. */
const BAR = 30;

export const defineCommand: DefineCommand = (command, { stdout }) => {
  command
    .description("classify PNG images with a run's last weights: print the likelihood of each class")
    .argument("<run>", "the folder of a run")
    .argument("<images...>", "PNG files; dark-on-light images are inverted, and images of other sizes are scaled")
    .action(async (folder: string, files: string[]) => {
      const { run, model, load } = await openRun(folder);
      load("last");
      const classifier = new Classifier(model, run.record.images);
      for (const file of files)
        stdout.write(`${file}${format(classifier.predict(readFile(file), file), classifier)}\n`);
    });
};

function readFile(file: string): Uint8Array {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    throw new DataError(
      { op: "predict", problem: `${file} cannot be read`, got: (error as Error).message, hint: "pass a PNG file" },
      { cause: error },
    );
  }
}

/** What was done to the image, and one line per class, with the likeliest marked. */
function format({ likelihoods, classes, index, inverted, originalSize }: Prediction, { images }: Classifier): string {
  const [height, width] = originalSize;
  const [, rows, columns] = images.size as [number, number, number];
  const notes = [
    ...(inverted ? ["dark on light, so inverted"] : []),
    ...(height === rows && width === columns ? [] : [`scaled from ${width}×${height} to ${columns}×${rows}`]),
  ];
  const longest = Math.max(...classes.map((name) => name.length));
  const lines = likelihoods.map((likelihood, i) => {
    const bar = "█".repeat(Math.round(likelihood * BAR));
    return `${i === index ? "→" : " "} ${classes[i]!.padEnd(longest)}  ${likelihood.toFixed(4)} ${bar}`.trimEnd();
  });
  return [notes.length > 0 ? ` (${notes.join("; ")})` : "", ...lines].join("\n");
}
