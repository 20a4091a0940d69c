/** `kilograd predict RUN image.png…` */
import fs from "node:fs";
import { DataError, noGrad, tensor, type nn, type Tensor } from "../index.js";
import { openRun } from "./assembly.js";
import { readPng, toDigit } from "./image.js";
import type { AddCommand } from "./surroundings.js";

/** The width of the longest bar that shows a likelihood. */
const BAR = 30;

export const addPredict: AddCommand = (program, { stdout }) => {
  program
    .command("predict")
    .description("classify PNG images with a run's last weights: the likelihood of each class")
    .argument("<run>", "the folder of a run")
    .argument("<images...>", "PNG files; what is dark on bright is turned over, other sizes are scaled")
    .action(async (folder: string, files: string[]) => {
      const { run, model, load } = await openRun(folder);
      load("last");
      model.eval();
      const { size, mean, std, classes } = run.record.images;
      for (const file of files) {
        const image = readPng(readFile(file), file);
        const digit = toDigit(image, size[1]!);
        const pixels = digit.pixels.map((x) => (x - mean) / std);
        const likelihoods = classify(model, tensor(pixels, [1, ...size]));
        const notes = [
          ...(digit.inverted ? ["dark on bright, so turned over"] : []),
          ...(image.width === digit.width && image.height === digit.height
            ? []
            : [`scaled from ${image.width}×${image.height} to ${digit.width}×${digit.height}`]),
        ];
        stdout.write(`${file}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}\n${format(likelihoods, classes)}\n`);
      }
    });
};

function readFile(file: string): Uint8Array {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    throw new DataError(
      { op: "predict", problem: `${file} cannot be read`, got: (error as Error).message, hint: "give a PNG file" },
      { cause: error },
    );
  }
}

/** The network gives logarithms. */
function classify(model: nn.Module, images: Tensor): number[] {
  return [...noGrad(() => (model as (images: Tensor) => Tensor)(images).exp()).data()];
}

/** A line for each class, the likeliest marked. */
function format(likelihoods: readonly number[], classes: readonly string[]): string {
  const names = likelihoods.map((_, i) => classes[i] ?? String(i));
  const width = Math.max(...names.map((name) => name.length));
  const best = likelihoods.indexOf(Math.max(...likelihoods));
  const lines = likelihoods.map((likelihood, i) => {
    const bar = "█".repeat(Math.round(likelihood * BAR));
    return `${i === best ? "→" : " "} ${names[i]!.padEnd(width)}  ${likelihood.toFixed(4)} ${bar}`.trimEnd();
  });
  return lines.join("\n");
}
