/** `kilograd train [net]` */
import { Option, type Command } from "commander";
import { formatSummary, onCompile, StateError, summarize, UsageError, type Shape } from "../../entries/index.js";
import {
  answerQuestions,
  checkNetwork,
  croppedEpochs,
  croppedSize,
  gatherFacts,
  hashTensors,
  judge,
  rulesFor,
  type Checkpoint,
  type EpochEvent,
  type TrainConfig,
  type Trainer,
} from "../../entries/train.js";
import { Run, trainingLogs, type StartLog } from "../../entries/train-node.js";
import { assemble, networkLine } from "../assembly.js";
import { addSettings, readConfig, readThreads, type SettingOptions } from "../options.js";
import { addDownload, downloadIfAsked, type DownloadOptions } from "../data-download.js";
import { reportFailure } from "../failure-text.js";
import { afterFailure } from "../next-steps.js";
import { examples, ownCommand } from "../own-command.js";
import { checkFolder, makeRun } from "../run-folder.js";
import { refuseSettings } from "../resumed-settings.js";
import { FAILURE, INTERRUPTED, type DefineCommand, type Surroundings } from "../surroundings.js";
import { adviseAlong } from "../training-advice.js";
import { JsonOutput, TextOutput, type Result, type TrainingOutput } from "../training-output.js";
import { loadWeights } from "../weights-file.js";

interface TrainOptions extends SettingOptions, DownloadOptions {
  readonly out?: string;
  readonly resume?: string;
  readonly json?: true;
  readonly log?: string;
  readonly dumpPlan?: true;
  readonly stopWhenHopeless?: true;
}

const EXAMPLES = [
  ["train", "the exercise, with a recipe that passes its four rules"],
  ["train --recipe notebook", "exactly as in the notebook"],
  ["train my-net.ts --epochs 4 --schedule step:stepSize=2,gamma=0.5"],
  ["train --stop-when-hopeless", "stop early if the goal is out of reach"],
  ["train --augment rotation=10,shift=0.07,scale=0.1"],
  ["train --resume runs/2026-05-01-142530-default"],
] as const;

export const defineCommand: DefineCommand = (command, surroundings, end) => {
  addDownload(command);
  addSettings(
    command
      .description("train a network and save the run")
      .argument("[net]", "a built-in network, a file that exports a Module, an ONNX model, or a run", "exercise"),
  )
    .option("--out <folder>", "the run's folder (default: runs/<date>-<time>-<recipe>)")
    .option("--resume <folder>", "continue a run that was stopped")
    .option(
      "--log <format,…>",
      `also write logs for other tools into the run's folder: ${Object.keys(trainingLogs).join(", ")}`,
    )
    .option("--stop-when-hopeless", "stop if the goal is out of reach, with exit status 1")
    .option("--json", "print events as JSON lines")
    .addOption(
      new Option("--dump-plan", "print the plan and the loop nests of a training step instead of training").conflicts([
        "out",
        "resume",
        "log",
        "json",
        "stopWhenHopeless",
      ]),
    )
    .addHelpText("after", () => examples(EXAMPLES))
    .action(async (net: string, options: TrainOptions, command: Command) => {
      if (options.resume !== undefined) refuseSettings(options.resume, command);
      end(await (options.dumpPlan ? dumpPlan : train)(net, options, surroundings));
    });
};

/** Takes one step to see what it compiles to. */
async function dumpPlan(net: string, options: TrainOptions, { stdout, stderr }: Surroundings): Promise<number> {
  const config = readConfig(net, options);
  await downloadIfAsked(config.data, options, stderr);
  const { trainer } = await assemble(config);
  onCompile(({ plan, loops }) => stdout.write(`${plan}\n${loops}`));
  trainer.on("step", () => trainer.stop());
  await trainer.run();
  return 0;
}

async function train(net: string, options: TrainOptions, surroundings: Surroundings): Promise<number> {
  const logs = await readLogs(options.log);
  const prepared = await (options.resume === undefined
    ? begin(net, options, surroundings)
    : resume(options.resume, options, surroundings));
  const { run, trainer, discard } = prepared;
  let steps = 0;
  trainer.on("step", () => steps++);
  try {
    return await follow(prepared, logs, options, surroundings);
  } catch (error) {
    // A run that was refused at its first batch has nothing to keep.
    if (steps === 0) discard?.();
    const status = reportFailure(error, surroundings.stderr);
    if (steps > 0) surroundings.stderr.write(`${afterFailure(run, error)}\n`);
    return status;
  }
}

/** Trains, and prints and records what happens. */
async function follow(
  { run, trainer, size, from }: Prepared,
  logs: readonly StartLog[],
  options: TrainOptions,
  surroundings: Surroundings,
): Promise<number> {
  // First of all: the new run has no checkpoint yet, so ending here would leave a folder that nothing can continue.
  const ignore = surroundings.onInterrupt(() => trainer.stop());
  const output: TrainingOutput = options.json
    ? new JsonOutput(surroundings.stdout)
    : new TextOutput(surroundings.stdout, formatSummary(summarize(trainer.model, size)));
  let last: EpochEvent | undefined;
  trainer.on("epoch", (event) => (last = event));
  const known = from ? run.epochs().filter(({ epoch }) => epoch < from.state.position.epoch) : [];
  const closeRun = run.follow(trainer, from);
  const closeLogs = logs.map((start) => start(trainer, run));
  const line = from && networkLine(run);
  if (line !== undefined) surroundings[options.json ? "stderr" : "stdout"].write(`${line}\n`);
  try {
    output.follow(trainer, run.folder);
    const hopeless = adviseAlong({ run, trainer, output, known, stop: options.stopWhenHopeless ?? false });
    const finished = await trainer.run();
    if (finished) output.finish(await conclude(run, trainer, last!), run.folder);
    else output[hopeless() ? "giveUp" : "interrupt"](run.folder, ownCommand`train --resume ${run.folder}`);
    return finished ? 0 : hopeless() ? FAILURE : INTERRUPTED;
  } finally {
    closeRun();
    for (const close of closeLogs) close();
    ignore();
  }
}

/** Reads `tensorboard,csv`. */
async function readLogs(words?: string): Promise<StartLog[]> {
  const names = words?.split(",") ?? [];
  const loads = names.map((word, i) => {
    if (Object.hasOwn(trainingLogs, word) && names.indexOf(word) === i) return trainingLogs[word]!;
    const expected = `one or more of ${Object.keys(trainingLogs).join(", ")}, separated by commas`;
    const problem = names.indexOf(word) === i ? "no such log" : "the same log twice";
    throw new UsageError({ op: "--log", problem, expected, got: words });
  });
  return Promise.all(loads.map((load) => load()));
}

interface Prepared {
  readonly run: Run;
  readonly trainer: Trainer;
  /** The size of an image. */
  readonly size: Shape;
  /** Removes a run that has just been made. */
  readonly discard?: () => void;
  /** Where a resumed run continues. */
  readonly from?: Checkpoint;
}

async function begin(net: string, options: TrainOptions, { stderr }: Surroundings): Promise<Prepared> {
  const config = readConfig(net, options);
  checkFolder(options.out);
  await downloadIfAsked(config.data, options, stderr);
  const { trainer, data, copy } = await assemble(config);
  const { size, classes } = data.info;
  if (config.earlyCrop && croppedEpochs(config) > 0) {
    checkCropped(trainer, croppedSize(size, config.earlyCrop), classes.length, config);
  }
  if (config.weights !== null) {
    const hint = `name the network that the weights belong to, as in \`${ownCommand`train my-net.ts --weights ${config.weights}`}\``;
    // Standard output may be JSON.
    for (const notice of await loadWeights(trainer.model, config.weights, hint)) stderr.write(`${notice}\n`);
  }
  const made = makeRun(options.out, config.recipe, (folder) => Run.create(folder, config, data, copy));
  return { ...made, trainer, size };
}

/** A network may accept whole images but not smaller ones. */
function checkCropped({ model }: Trainer, size: Shape, classes: number, config: TrainConfig): void {
  try {
    checkNetwork(model, size, classes, { loss: config.loss, more: true });
  } catch (error) {
    const message = (error as Error).message.replace(/\.$/, "");
    throw new UsageError(
      {
        op: "--early-crop",
        problem: `the network does not accept the cropped images [${size.join()}] of the first epochs: ${message}`,
        hint: "--early-crop none trains on whole images from the first epoch",
      },
      { cause: error },
    );
  }
}

async function resume(folder: string, options: TrainOptions, { stderr }: Surroundings): Promise<Prepared> {
  const { threads } = options;
  const run = Run.open(folder);
  const from = run.readCheckpoint("last");
  const { config } = run.record;
  if (from.state.position.epoch > config.epochs) {
    throw new StateError({
      op: "--resume",
      problem: `the run in ${folder} is finished: epoch ${config.epochs} was its last`,
      hint: `see its result with \`${ownCommand`evaluate ${folder}`}\``,
    });
  }
  await downloadIfAsked(config.data, options, stderr);
  const { trainer, data } = await assemble(
    threads === undefined ? config : { ...config, threads: readThreads(threads) },
    run,
  );
  run.checkData(data.hashes);
  trainer.restore(from.state);
  return { run, trainer, size: data.info.size, from };
}

async function conclude({ record }: Run, trainer: Trainer, last: EpochEvent): Promise<Result> {
  const { correct, total, epoch: epochs } = last;
  const facts = gatherFacts(trainer.model, record.images.size);
  return {
    verdicts: judge({ correct, total, epochs, ...facts }, rulesFor(record)),
    answers: answerQuestions(facts, (100 * correct) / total),
    weights: await hashTensors(trainer.capture().model),
  };
}
