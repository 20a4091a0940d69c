/** Logs for other tools, by their names for `kilograd train --log`. They go into the run's folder. Node only. */
import path from "node:path";
import { writeFileAtomic } from "../atomic-file.js";
import type { Run } from "../run.js";
import type { Trainer } from "../../train/trainer.js";

/**
 * Starts a log in a run's folder. It returns a function to call when the trainer has ended or failed and the run is
 * closed.
 */
export type StartLog = (trainer: Trainer, run: Run) => () => void;

/**
 * Logs for other tools, by their names for `kilograd train --log`: "tensorboard" and "csv". Each is loaded only when it
 * is used.
 */
export const trainingLogs: Readonly<Record<string, () => Promise<StartLog>>> = {
  /** `<run>/tensorboard/events.out.tfevents.…`, written during training. */
  tensorboard: async () => {
    const { logTensorboard } = await import("./tensorboard.js");
    return (trainer, run) => logTensorboard(trainer, path.join(run.folder, "tensorboard"));
  },
  /** `<run>/metrics.csv`, written from the run's own metrics at the end. */
  csv: async () => {
    const { formatCsv } = await import("./csv.js");
    return (trainer, run) => () => {
      const { length } = trainer.options.trainLoader;
      writeFileAtomic(path.join(run.folder, "metrics.csv"), [...formatCsv(run.metrics(), length)].join(""));
    };
  },
};
