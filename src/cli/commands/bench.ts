/** `kilograd bench [net]`: how fast a network trains on this machine, and where the time goes. */
import type { nn } from "../../entries/index.js";
import { configure, F, manualSeed, compile, optim, profile, rand, randint, type Profile } from "../../entries/index.js";
import { checkNetwork, type LossName } from "../../entries/train.js";
import { findNetwork } from "../network-file.js";
import { addSettings, readConfig } from "../options.js";
import { examples } from "../own-command.js";
import type { DefineCommand } from "../surroundings.js";
import { readWhole } from "../whole-number.js";

interface BenchOptions {
  readonly batchSize: string;
  readonly threads?: string;
  readonly input: string;
  readonly classes: string;
  readonly steps: string;
  readonly loss?: string;
  readonly profile?: true;
}

/** More than anyone means, of anything that is counted. */
const MOST = 1e6;

const EXAMPLES = [
  ["bench", "the exercise's network, in batches of 32"],
  ["bench --profile --threads 1", "the time of each kernel"],
  ["bench my-net.ts --input 3,32,32 --classes 10"],
] as const;

export const defineCommand: DefineCommand = (command, { stdout }) => {
  addSettings(command, ["loss"])
    .description("time training steps on random images; with --profile, show where the time goes")
    .argument("[net]", "a built-in network, a file that exports a Module, an ONNX model, or a run", "exercise")
    .option("--batch-size <n>", "images per step", "32")
    .option("--threads <n>", "number of threads")
    .option("--input <sizes>", "the size of one image, without the batch", "1,28,28")
    .option("--classes <n>", "number of classes that the network distinguishes", "10")
    .option("--steps <n>", "number of steps to time", "200")
    .option("--profile", "list the time that each thread spends on each kernel and on waiting")
    .addHelpText("after", () => examples(EXAMPLES))
    .action(async (net: string, options: BenchOptions) => {
      if (options.threads !== undefined) configure({ threads: readWhole("--threads", options.threads, 1, MOST) });
      const batch = readWhole("--batch-size", options.batchSize, 1, MOST);
      const size = options.input.split(",").map((extent) => readWhole("--input", extent, 1, MOST));
      manualSeed(1);
      const classes = readWhole("--classes", options.classes, 1, MOST);
      const loss = readLoss(options.loss);
      const model = (await findNetwork(net))();
      checkNetwork(model, size, classes, { loss });
      const step = makeStep(model, [batch, ...size], classes, loss === "nll" ? F.nllLoss : F.crossEntropy);
      const steps = readWhole("--steps", options.steps, 1, MOST);
      stdout.write(`${formatSpeed(medianStep(step, steps), batch)}\n`);
      if (options.profile) stdout.write(`\n${formatProfile(profile(step, { steps }))}\n`);
    });
};

type Loss = typeof F.nllLoss | typeof F.crossEntropy;

function readLoss(loss: string | undefined): LossName {
  return readConfig("exercise", { recipe: "default", ...(loss === undefined ? {} : { loss }) }).loss;
}

/** A training step like the trainer's, always on the same images. */
function makeStep(model: nn.Module, shape: readonly number[], classes: number, lossOf: Loss): () => void {
  const [images, labels] = [rand(shape), randint(0, classes, [shape[0]!])];
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
  const step = compile((x, y) => {
    optimizer.zeroGrad();
    const loss = lossOf((model as (images: typeof x) => typeof x)(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  });
  return () => void step(images, labels).item();
}

/** The median time of a step, in milliseconds, after a warm-up of a quarter as many steps and 20 more. */
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
  return `${stepMs.toFixed(2)} ms per step of ${batch} ${batch === 1 ? "image" : "images"}: ${rate.toFixed(1)} it/s, ${(rate * batch).toFixed(0)} images/s`;
}

type Entries = Profile["entries"];

function threadsOf(entries: Entries): number {
  return 1 + Math.max(0, ...entries.map(({ thread }) => thread));
}

const total = (entries: Entries): number => entries.reduce((sum, { ms }) => sum + ms, 0);

/** One line per kernel with the milliseconds of each thread, the slowest kernel first; then the totals and the waiting. */
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
    const stage = entry.stage === "prologue" ? "prologue" : `stage ${String(entry.stage).padStart(2)}`;
    const key = `${stage}${entry.part === "serial" ? ", one thread" : ""}: ${entry.what}`;
    kernels.set(key, [...(kernels.get(key) ?? []), entry]);
  }
  const of = (part: Entries[number]["part"]): Entries => entries.filter((entry) => entry.part === part);
  return [
    line([...Array.from({ length: threads }, (_, i) => `thread ${i}`), "share"], "milliseconds per step"),
    ...[...kernels].sort(([, a], [, b]) => total(b) - total(a)).map(([what, list]) => row(list, what)),
    "",
    row(of("parallel"), "kernels shared by all threads"),
    row(of("serial"), "kernels run by one thread while the others wait"),
    row(of("barrier"), "waiting at barriers: for those, and for slower threads"),
    row(of("outside"), "outside the compiled program: JavaScript"),
  ].join("\n");
}
