/** Builds what a configuration or a run describes: engine settings, data, network, weights. */
import path from "node:path";
import { ArgumentError, configure, manualSeed, type nn } from "../entries/index.js";
import { DataLoader } from "../entries/data.js";
import {
  checkNetwork,
  evaluate,
  makeTrainer,
  toTensors,
  type Evaluation,
  type TrainConfig,
  type Trainer,
} from "../entries/train.js";
import { datasetNames, openData, Run, type NetworkCopy, type OpenedData } from "../entries/train-node.js";
import { hintAtData, withHint } from "./command-hint.js";
import { waitingBar } from "./waiting-bar.js";
import type { Surroundings } from "./surroundings.js";
import { readNetwork, readRunNetwork, type FoundNetwork } from "./network-file.js";

export interface Assembled {
  readonly trainer: Trainer;
  readonly data: OpenedData;
  /** What a run keeps of the network. */
  readonly copy: NetworkCopy | undefined;
}

/**
 * The trainer for a configuration, before its first step.
 * @param run the run that is continued, with its own copy of the network
 */
export async function assemble(config: TrainConfig, run?: Run): Promise<Assembled> {
  const { makeNetwork, data, copy } = await prepare(config, run);
  const trainer = makeTrainer(config, makeNetwork, data);
  checkFit(trainer.model, config, data);
  return { trainer, data, copy };
}

interface PreparedParts {
  readonly makeNetwork: () => nn.Module;
  readonly data: OpenedData;
  readonly copy: NetworkCopy | undefined;
}

/** The network, which is not made yet, and the data for a configuration. Also configures the engine. */
export async function prepare(config: TrainConfig, run?: Run): Promise<PreparedParts> {
  const { make, copy } = await prepareNetwork(config, run);
  const data = hintAtData(
    config.data,
    () => openData(config.data, config.augment),
    "put the dataset's four IDX files into a folder and pass it with --data",
  );
  return { makeNetwork: make, data, copy };
}

/** @throws ShapeError if a network does not fit the data */
export function checkFit(model: nn.Module, { data, loss }: TrainConfig, { info }: OpenedData): void {
  // A folder may lack images of some classes.
  const more = !datasetNames.includes(data);
  checkNetwork(model, info.size, info.classes.length, { loss, more });
}

/** Configures the engine and finds the network: that of a run, or the one that the configuration names. */
async function prepareNetwork({ threads, numerics, seed, net }: TrainConfig, run?: Run): Promise<FoundNetwork> {
  configure({ numerics, ...(threads === null ? {} : { threads }) });
  // A file may export a network that is created while the file is loaded.
  manualSeed(seed);
  return run ? readRunNetwork(run) : readNetwork(net);
}

/** A run with its network, which takes the weights of one of the run's checkpoints. */
export interface LoadedRun {
  readonly run: Run;
  readonly model: nn.Module;
  /** Loads the weights of a checkpoint; returns how many epochs were trained, including one in progress. */
  readonly load: (which: "last" | "best") => number;
}

export async function openRun(folder: string, { stderr }: Pick<Surroundings, "stderr">): Promise<LoadedRun> {
  const run = Run.open(folder);
  const { make } = await prepareNetwork(run.record.config, run);
  const note = noteOnNetwork(run);
  if (note !== undefined) stderr.write(`${note}\n`);
  const model = make();
  const load = (which: "last" | "best"): number => {
    const { model: weights, position } = run.readCheckpoint(which).state;
    try {
      model.loadStateDict(toTensors(weights));
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error;
      throw withHint(error, `${run.record.config.net} is no longer the network that was trained: restore it`, error);
    }
    return position.batch === 0 ? position.epoch - 1 : position.epoch;
  };
  return { run, model, load };
}

/** Which network a continued run uses, if it keeps a copy of one from a file. */
export function networkLine(run: Run): string | undefined {
  const { config, network } = run.record;
  if (!network) return undefined;
  const changed = run.changedFile();
  const which = changed === config.net ? "which" : `of which ${changed}`;
  const became = { same: "", changed: `, ${which} has changed since`, gone: ", which is no longer there" };
  return `Network: ${path.join(run.folder, network.file)}, a copy of ${config.net}${became[run.originalNetwork()]}`;
}

/** What to say where a run uses its copy of a network whose file is now another one, or gone. */
function noteOnNetwork(run: Run): string | undefined {
  const { config, network } = run.record;
  const became = { same: undefined, changed: "has changed since this run was started", gone: "is no longer there" }[
    run.originalNetwork()
  ];
  if (became === undefined) return undefined;
  const which = run.originalNetwork() === "gone" ? config.net : run.changedFile()!;
  return `Note: ${which} ${became}; the run uses its own copy, ${path.join(run.folder, network!.file)}.`;
}

/** A run's test images. */
export function openTestData(run: Run): OpenedData["test"] {
  const { config } = run.record;
  const { test, hashes } = hintAtData(
    config.data,
    () => openData(config.data, config.augment),
    "put the files back where the training found them",
  );
  run.checkData(hashes);
  return test;
}

/** Returns a function that tests a network on the data of a run. */
export function makeTest(run: Run, { stderr }: Pick<Surroundings, "stderr">): (model: nn.Module) => Evaluation {
  const { batchSize, loss } = run.record.config;
  const loader = new DataLoader(openTestData(run), { batchSize });
  const withBar = waitingBar("test", stderr);
  return (model) => evaluate(model, withBar(loader), { loss });
}
