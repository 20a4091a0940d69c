/**
 * What all lessons share. A lesson is an experiment as data: variants of a network or of its training. Running it
 * trains each variant with several seeds and makes a table. `npx tsx examples/lessons/NAME.ts` prints the table, and
 * `--write` also puts it into docs/lessons/NAME.md. Arithmetic is `strict`, so every machine gives the same figures.
 */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { configure, DivergenceError, nn } from "kilograd";
import { MNIST, Subset, transforms, type Transform } from "kilograd/data";
import { inspectNetwork } from "kilograd/summary";
import { makeTrainer, resolveConfig, type TrainSettings, type TrainingData } from "kilograd/train";

export interface Variant {
  readonly name: string;
  readonly network: () => nn.Module;
  /** Settings in addition to the lesson's own. */
  readonly settings?: Partial<TrainSettings>;
  /** Turns bytes into the network's input. Default: normalises as in the notebook. */
  readonly transform?: Transform;
}

export interface Lesson {
  readonly question: string;
  readonly variants: readonly Variant[];
  /** Settings in addition to `usual`. */
  readonly settings?: Partial<TrainSettings>;
  /** The number of training images, the first ones of 60,000. Default 3,000. */
  readonly images?: number;
  readonly epochs?: number;
  readonly seeds?: readonly number[];
  /** Whether the table has the accuracy after each epoch, and not only after the last. */
  readonly everyEpoch?: boolean;
}

/** OneCycle up to 0.1, in batches of 32, so two epochs of a few thousand images are enough to see a difference. */
const usual: Partial<TrainSettings> = { lr: 0.1, schedule: { name: "onecycle" }, batchSize: 32 };

/** The number of test images, the first ones of 10,000. */
const TEST_IMAGES = 2000;

export const toTensor = transforms.toTensor();
export const normalize = transforms.compose([toTensor, transforms.normalize([0.1307], [0.3081])]);

/** Convolution, batch norm and ReLU: the block of most variants. */
export function block(
  inChannels: number,
  outChannels: number,
  options: nn.Conv2dOptions = {},
  kernel = 3,
): nn.Module[] {
  return [new nn.Conv2d(inChannels, outChannels, kernel, options), new nn.BatchNorm2d(outChannels), new nn.ReLU()];
}

/** The mean over all positions, a 1×1 convolution to ten classes, and the logarithms of their likelihoods. */
export function prediction(channels: number): nn.Module[] {
  return [new nn.AdaptiveAvgPool2d(1), new nn.Conv2d(channels, 10, 1), new nn.Flatten(), new nn.LogSoftmax(1)];
}

/** A convolution and what follows it; the kernel is 3×3 unless given. */
export type MakeBlock = (inChannels: number, outChannels: number, kernel?: number) => nn.Module[];

const usualBlock: MakeBlock = (inChannels, outChannels, kernel) => block(inChannels, outChannels, {}, kernel);

/** Two convolutions, pooling with a transition, two convolutions: small enough to train in seconds. Ends in 16 channels. */
export function smallBody(make: MakeBlock = usualBlock): nn.Module[] {
  return [...make(1, 8), ...make(8, 16), new nn.MaxPool2d(2), ...make(16, 8, 1), ...make(8, 16), ...make(16, 16)];
}

export function smallNetwork(): nn.Module {
  return new nn.Sequential(...smallBody(), ...prediction(16));
}

/** Runs the lesson if its script was started, and does nothing if the script is only imported. */
export async function teach(script: string, lesson: Lesson, measure = measureLesson): Promise<void> {
  const file = fileURLToPath(script);
  if (process.argv[1] === undefined || path.resolve(process.argv[1]) !== file) return;
  configure({ numerics: "strict" });
  console.log(`${lesson.question}\n`);
  const table = await measure(lesson);
  console.log(table);
  if (process.argv.includes("--write")) writeTable(pageOf(file), table);
}

/** The page `docs/lessons/NAME.md` of `examples/lessons/NAME.ts`. */
export function pageOf(script: string): string {
  const name = path.basename(script, ".ts");
  return fileURLToPath(new URL(`../../docs/lessons/${name}.md`, import.meta.url));
}

/** The markers around a script's output. */
const [BEGIN, END] = ["<!-- figures: begin -->", "<!-- figures: end -->"];

function writeTable(page: string, table: string): void {
  const [before, rest] = fs.readFileSync(page, "utf8").split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${page} has no place for figures (${BEGIN} ${END})`);
  fs.writeFileSync(page, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
}

async function measureLesson(lesson: Lesson): Promise<string> {
  const { variants, epochs = 2, everyEpoch = false } = lesson;
  const shown = Array.from({ length: epochs }, (_, i) => i + 1).filter((epoch) => everyEpoch || epoch === epochs);
  const rows: string[][] = [["variant", "parameters", ...shown.map((epoch) => `after epoch ${epoch}`)]];
  for (const variant of variants) {
    const runs = await trainVariant(lesson, variant);
    const cells = shown.map((epoch) => spread(runs.map((accuracies) => accuracies[epoch - 1]!)));
    rows.push([variant.name, parametersOf(variant).toLocaleString("en-US"), ...cells]);
    process.stderr.write(`${rows.at(-1)!.join(" | ")}\n`);
  }
  return formatTable(rows);
}

/** The accuracies after each epoch for each seed, in percent. A training ends if its loss is not finite. */
export async function trainVariant(lesson: Lesson, variant: Variant): Promise<number[][]> {
  const { epochs = 2, seeds = [1, 2, 3], settings = {} } = lesson;
  const data = loadData(lesson, variant);
  const runs: number[][] = [];
  for (const seed of seeds) {
    const config = resolveConfig("notebook", { ...usual, ...settings, ...variant.settings, epochs, seed });
    const trainer = makeTrainer(config, variant.network, data);
    const accuracies: number[] = [];
    trainer.on("epoch", ({ correct, total }) => accuracies.push((100 * correct) / total));
    await trainer.run().catch((error: unknown) => {
      if (!(error instanceof DivergenceError)) throw error;
    });
    runs.push(accuracies);
  }
  return runs;
}

function loadData({ images = 3000 }: Lesson, { transform = normalize }: Variant): TrainingData {
  const first = (dataset: MNIST, count: number) =>
    new Subset(
      dataset,
      Array.from({ length: count }, (_, i) => i),
    );
  return {
    train: first(new MNIST({ train: true, transform }), images),
    test: first(new MNIST({ train: false, transform }), TEST_IMAGES),
  };
}

function parametersOf({ network }: Variant): number {
  return inspectNetwork(network(), [1, 28, 28]).parameters;
}

/** `97.1 % (96.8–97.4)`: the mean of the seeds, the worst and the best. */
export function spread(accuracies: readonly (number | undefined)[]): string {
  const known = accuracies.filter((one) => one !== undefined);
  const diverged = accuracies.length - known.length;
  if (known.length === 0) return "diverged";
  const mean = known.reduce((sum, one) => sum + one, 0) / known.length;
  const ends = `${Math.min(...known).toFixed(1)}–${Math.max(...known).toFixed(1)}`;
  return `${mean.toFixed(1)} % (${ends})${diverged > 0 ? `, ${diverged} diverged` : ""}`;
}

/** A table in Markdown. */
export function formatTable([head, ...rows]: readonly (readonly string[])[]): string {
  const widths = head!.map((_, column) => Math.max(...[head!, ...rows].map((row) => row[column]!.length), 3));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(head!), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
