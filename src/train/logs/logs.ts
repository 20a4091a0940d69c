/** Logs that other tools read, by the names that `kilograd train --log` knows. They go into the run's folder. Node only. */
import path from "node:path";
import { writeFileAtomic } from "../atomic-file.js";
import type { Run } from "../run.js";
import type { Trainer } from "../trainer.js";
import { formatCsv } from "./csv.js";
import { logTensorboard } from "./tensorboard.js";

/** Begins a log; what it gives must be called when the trainer has ended or failed, and the run's record is closed. */
type StartLog = (trainer: Trainer, run: Run) => () => void;

export const trainingLogs: Readonly<Record<string, StartLog>> = {
  /** `<run>/tensorboard/events.out.tfevents.…`, while it trains. */
  tensorboard: (trainer, run) => logTensorboard(trainer, path.join(run.folder, "tensorboard")),
  /** `<run>/metrics.csv`, from the run's own record, in the end. */
  csv: (trainer, run) => () => {
    const { length } = trainer.options.trainLoader;
    writeFileAtomic(path.join(run.folder, "metrics.csv"), [...formatCsv(run.metrics(), length)].join(""));
  },
};
