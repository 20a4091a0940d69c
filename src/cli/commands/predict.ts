/** `kilograd predict RUN image.png…` */
import fs from "node:fs";
import { DataError, UsageError } from "../../entries/index.js";
import { Classifier, type Prediction } from "../../entries/predict.js";
import { openRun } from "../assembly.js";
import { examples } from "../own-command.js";
import type { DefineCommand } from "../surroundings.js";

interface PredictWords {
  readonly invert: string;
  readonly centre: string;
}

/** The words of --invert and --centre. */
const CHOICES: Readonly<Record<string, "auto" | boolean>> = { auto: "auto", true: true, false: false };

const EXAMPLES = [
  ["predict runs/first seven.png"],
  ["predict runs/first photo.jpg --invert true", "the picture is dark on light, and must not be"],
] as const;

/** The width of the bar for a likelihood of 1, in characters. */
const BAR = 30;

export const defineCommand: DefineCommand = (command, surroundings) => {
  command
    .description("classify images with a run's last weights: print the likelihood of each class")
    .argument("<run>", "the folder of a run")
    .argument("<images...>", "PNG or JPEG files of any size")
    .option(
      "--invert <choice>",
      "use the negative: true, false, or auto, if the background is unlike the training's",
      "auto",
    )
    .option(
      "--centre <choice>",
      "scale and centre a drawing as MNIST does: true, false, or auto, as in training",
      "auto",
    )
    .addHelpText("after", () => examples(EXAMPLES))
    .action(async (folder: string, files: string[], words: PredictWords) => {
      const options = { invert: readChoice("--invert", words.invert), centre: readChoice("--centre", words.centre) };
      const { run, model, load } = await openRun(folder, surroundings);
      load("last");
      const classifier = new Classifier(model, run.record.images);
      for (const file of files) {
        const prediction = classifier.predict(readFile(file), { ...options, name: file });
        surroundings.stdout.write(`${file}${format(prediction, classifier)}\n`);
      }
    });
};

function readChoice(op: string, word: string): "auto" | boolean {
  if (Object.hasOwn(CHOICES, word)) return CHOICES[word]!;
  throw new UsageError({ op, problem: "no such choice", expected: "auto, true or false", got: word });
}

function readFile(file: string): Uint8Array {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    throw new DataError(
      {
        op: "predict",
        problem: `${file} cannot be read`,
        got: (error as Error).message,
        hint: "pass a PNG or JPEG file",
      },
      { cause: error },
    );
  }
}

/** What was done to the image, and one line per class, with the likeliest marked. */
function format(prediction: Prediction, { images }: Classifier): string {
  const { likelihoods, classes, index, inverted, centred, blank, originalSize } = prediction;
  const [height, width] = originalSize;
  const [, rows, columns] = images.size as [number, number, number];
  const notes = [
    ...(blank ? ["blank: all pixels are equal, so the prediction means nothing"] : []),
    ...(inverted ? ["inverted"] : []),
    ...(centred ? ["centred as in MNIST"] : []),
    ...(height === rows && width === columns ? [] : [`scaled from ${width}×${height} to ${columns}×${rows}`]),
  ];
  const longest = Math.max(...classes.map((name) => name.length));
  const lines = likelihoods.map((likelihood, i) => {
    const bar = "█".repeat(Math.round(likelihood * BAR));
    return `${i === index ? "→" : " "} ${classes[i]!.padEnd(longest)}  ${likelihood.toFixed(4)} ${bar}`.trimEnd();
  });
  return [notes.length > 0 ? ` (${notes.join("; ")})` : "", ...lines].join("\n");
}
