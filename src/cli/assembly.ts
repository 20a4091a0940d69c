/** Builds what a configuration or a run describes: engine settings, data, network, weights. */
import { ArgumentError, configure, manualSeed, type nn } from "../entries/index.js";
import { DataLoader } from "../entries/data.js";
import { evaluate, makeTrainer, toTensors, type Evaluation, type TrainConfig, type Trainer } from "../entries/train.js";
import { openData, Run, type OpenedData } from "../entries/train-node.js";
import { hintAtData, withHint } from "./command-hint.js";
import { findNetwork } from "./network-file.js";

/** The trainer for a configuration, before its first step. */
export async function assemble(config: TrainConfig): Promise<{ trainer: Trainer; data: OpenedData }> {
  const { makeNetwork, data } = await prepare(config);
  return { trainer: makeTrainer(config, makeNetwork, data), data };
}

/** The network and the data for a configuration. Also configures the engine. */
export async function prepare(config: TrainConfig): Promise<{ makeNetwork: () => nn.Module; data: OpenedData }> {
  const makeNetwork = await prepareNetwork(config);
  const data = hintAtData(
    () => openData(config.data, config.augment),
    "put the dataset's four IDX files into a folder and pass it with --data",
  );
  return { makeNetwork, data };
}

/** Configures the engine and finds the network. */
async function prepareNetwork({ threads, numerics, seed, net }: TrainConfig): Promise<() => nn.Module> {
  configure({ numerics, ...(threads === null ? {} : { threads }) });
  // A file may export a network that is created while the file is loaded.
  manualSeed(seed);
  return findNetwork(net);
}

/** A run with its network, which takes the weights of one of the run's checkpoints. */
export interface LoadedRun {
  readonly run: Run;
  readonly model: nn.Module;
  /** Loads the weights of a checkpoint; returns how many epochs were trained, including one in progress. */
  readonly load: (which: "last" | "best") => number;
}

export async function openRun(folder: string): Promise<LoadedRun> {
  const run = Run.open(folder);
  const model = (await prepareNetwork(run.record.config))();
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

/** A run's test images. */
export function openTestData(run: Run): OpenedData["test"] {
  const { config } = run.record;
  const { test, hashes } = hintAtData(
    () => openData(config.data, config.augment),
    "put the files back where the training found them",
  );
  run.checkData(hashes);
  return test;
}

/** Returns a function that tests a network on the data of a run. */
export function makeTest(run: Run): (model: nn.Module) => Evaluation {
  const { batchSize, loss } = run.record.config;
  const loader = new DataLoader(openTestData(run), { batchSize });
  return (model) => evaluate(model, loader, { loss });
}
