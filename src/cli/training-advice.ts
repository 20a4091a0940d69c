/** The advice of `kilograd train` after each epoch, from comparison with the reference and with earlier runs. */
import fs from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { DataError } from "../entries/index.js";
import { adviseTraining, hasReference, newAdvice, type EpochFigures } from "../entries/report.js";
import { croppedEpochs, goalOf, type TrainConfig, type Trainer } from "../entries/train.js";
import { Run, type EpochRecord } from "../entries/train-node.js";
import type { TrainingOutput } from "./training-output.js";

interface Advised {
  readonly run: Run;
  readonly trainer: Trainer;
  readonly output: TrainingOutput;
  /** Epochs that were finished before the trainer starts. */
  readonly known: readonly EpochRecord[];
  /** Whether to stop a hopeless training. */
  readonly stop: boolean;
}

/** Advises while a trainer runs. Returns a function that tells whether the training was stopped as hopeless. */
export function adviseAlong({ run, trainer, output, known, stop }: Advised): () => boolean {
  const { config, images } = run.record;
  const earlier = earlierRuns(run);
  const epochs: EpochFigures[] = [...known];
  let ended = false;
  trainer.on("epoch", (event) => {
    epochs.push(event);
    const progress = {
      budget: config.epochs,
      classes: images.classes.length,
      epochs,
      reference: hasReference(config.data, run.record.data),
      goal: goalOf(run.record),
      cropped: croppedEpochs(config),
      earlier,
    };
    for (const advice of newAdvice(progress)) output.advise(advice);
    if (!stop || event.epoch >= config.epochs || !adviseTraining(progress).some(({ hopeless }) => hopeless)) return;
    ended = true;
    trainer.stop();
  });
  return () => ended;
}

/** The finished runs in the same parent folder that had the same data, as many epochs and the same early crop. */
function earlierRuns({ folder, record }: Run): EpochRecord[][] {
  const [around, own] = [path.dirname(path.resolve(folder)), path.basename(path.resolve(folder))];
  const others = fs.readdirSync(around, { withFileTypes: true }).filter(({ name }) => name !== own);
  return others.flatMap(({ name }) => {
    const epochs = epochsOf(path.join(around, name), record.config);
    return epochs ? [epochs] : [];
  });
}

/** A run's epochs if it is finished and comparable. Other folders may hold anything, including damaged runs. */
function epochsOf(folder: string, like: TrainConfig): EpochRecord[] | undefined {
  if (!fs.existsSync(path.join(folder, "config.json"))) return undefined;
  try {
    const run = Run.open(folder);
    const { config } = run.record;
    const isLike = (["data", "epochs", "earlyCrop"] as const).every((key) => isDeepStrictEqual(config[key], like[key]));
    const epochs = isLike ? run.epochs() : [];
    return epochs.length === config.epochs ? epochs : undefined;
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}
