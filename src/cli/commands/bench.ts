/** `kilograd bench [net]`: how fast a network trains on this machine, and where the time goes. */
import type { nn } from "../../entries/index.js";
import {
  configure,
  F,
  manualSeed,
  compile,
  optim,
  profile,
  rand,
  randint,
  UsageError,
  type Profile,
} from "../../entries/index.js";
import { findNetwork } from "../network-file.js";
import type { AddCommand } from "../surroundings.js";

interface BenchOptions {
  readonly batchSize: string;
  readonly threads?: string;
  readonly input: string;
  readonly classes: string;
  readonly steps: string;
  readonly profile?: true;
}

const EXAMPLES = `
Examples:
  kilograd bench                                    the exercise's network, batches of 32
  kilograd bench --profile --threads 1              what each kernel takes
  kilograd bench my-net.ts --input 3,32,32 --classes 10`;

export const addBench: AddCommand = (program, { stdout }) => {
  program
    .command("bench")
    .description("measure training steps of a network on random images: speed, and with --profile where the time goes")
    .argument("[net]", "a built-in network, or a file that exports a Module", "exercise")
    .option("--batch-size <n>", "images in a step", "32")
    .option("--threads <n>", "how many compute")
    .option("--input <sizes>", "the size of an image, without the batch", "1,28,28")
    .option("--classes <n>", "how many the network tells apart", "10")
    .option("--steps <n>", "steps that are measured", "200")
    .option("--profile", "list each kernel and what each thread spends on it and waiting")
    .addHelpText("after", EXAMPLES)
    .action(async (net: string, options: BenchOptions) => {
      if (options.threads !== undefined) configure({ threads: readCount("--threads", options.threads) });
      const batch = readCount("--batch-size", options.batchSize);
      const size = options.input.split(",").map((extent) => readCount("--input", extent));
      manualSeed(1);
      const step = makeStep((await findNetwork(net))(), [batch, ...size], readCount("--classes", options.classes));
      const steps = readCount("--steps", options.steps);
      stdout.write(`${formatSpeed(medianStep(step, steps), batch)}\n`);
      if (options.profile) stdout.write(`\n${formatProfile(profile(step, { steps }))}\n`);
    });
};

/** A step as the trainer takes it, on images that stay the same. */
function makeStep(model: nn.Module, shape: readonly number[], classes: number): () => void {
  const [images, labels] = [rand(shape), randint(0, classes, [shape[0]!])];
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
  const step = compile((x, y) => {
    optimizer.zeroGrad();
    const loss = F.nllLoss((model as (images: typeof x) => typeof x)(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  });
  return () => void step(images, labels).item();
}

function readCount(option: string, word: string): number {
  const count = word.trim() === "" ? NaN : Number(word);
  if (Number.isInteger(count) && count >= 1 && count <= 1e6) return count;
  throw new UsageError({ op: option, problem: "not a count", expected: "a whole number from 1 to 1000000", got: word });
}

/** The median of the steps' times, in milliseconds, after a quarter more that are not counted. */
function medianStep(step: () => void, steps: number): number {
  for (let i = 0; i < steps / 4 + 20; i++) step();
  const times = Array.from({ length: steps }, () => {
    const began = performance.now();
    step();
    return performance.now() - began;
  });
  return times.sort((a, b) => a - b)[Math.floor(steps / 2)]!;
}

function formatSpeed(stepMs: number, batch: number): string {
  const rate = 1000 / stepMs;
  return `${stepMs.toFixed(2)} ms a step of ${batch} images: ${rate.toFixed(1)} it/s, ${(rate * batch).toFixed(0)} images/s`;
}

type Entries = Profile["entries"];

function threadsOf(entries: Entries): number {
  return 1 + Math.max(0, ...entries.map(({ thread }) => thread));
}

const total = (entries: Entries): number => entries.reduce((sum, { ms }) => sum + ms, 0);

/** A line for each kernel with each thread's milliseconds, the largest share first, and what is lost at the end. */
function formatProfile({ stepMs, entries }: Profile): string {
  const threads = threadsOf(entries);
  const spent = stepMs * threads;
  const line = (cells: readonly string[], what: string): string =>
    `${cells.map((cell) => cell.padStart(9)).join("")}  ${what}`;
  const row = (of: Entries, what: string): string => {
    const each = Array.from({ length: threads }, (_, i) => total(of.filter(({ thread }) => thread === i)).toFixed(3));
    return line([...each, `${((100 * total(of)) / spent).toFixed(1)} %`], what);
  };
  const kernels = new Map<string, Entries>();
  for (const entry of entries) {
    if (entry.part !== "parallel" && entry.part !== "serial") continue;
    const key = `stage ${String(entry.stage).padStart(2)}${entry.part === "serial" ? ", one thread" : ""}: ${entry.what}`;
    kernels.set(key, [...(kernels.get(key) ?? []), entry]);
  }
  const of = (part: Entries[number]["part"]): Entries => entries.filter((entry) => entry.part === part);
  return [
    line([...Array.from({ length: threads }, (_, i) => `thread ${i}`), "share"], "milliseconds a step"),
    ...[...kernels].sort(([, a], [, b]) => total(b) - total(a)).map(([what, list]) => row(list, what)),
    "",
    row(of("parallel"), "kernels that all threads share"),
    row(of("serial"), "kernels that one thread runs while the others wait"),
    row(of("barrier"), "waiting at barriers: for these, and for threads that have more to do"),
    row(of("outside"), "outside the program: JavaScript"),
  ].join("\n");
}
