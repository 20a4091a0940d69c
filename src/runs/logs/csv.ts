/** A run's metrics as CSV, for spreadsheets and statistics programs. */
import type { MetricsRecord } from "../metrics-file.js";

const COLUMNS = ["type", "epoch", "step", "loss", "lr", "testLoss", "accuracy", "seconds"] as const;
type Row = Partial<Record<(typeof COLUMNS)[number], string | number>>;

/**
 * Writes a line for each step and epoch, below a header line. `step` counts from 1 over all epochs, fields that do not
 * apply are empty, and an epoch's `loss` is the mean over its batches.
 * @param batches the number of steps in an epoch
 */
export function* formatCsv(metrics: Iterable<MetricsRecord>, batches: number): Generator<string> {
  yield `${COLUMNS.join(",")}\n`;
  for (const record of metrics) {
    const row = rowOf(record, batches);
    yield `${COLUMNS.map((column) => row[column] ?? "").join(",")}\n`;
  }
}

function rowOf(record: MetricsRecord, batches: number): Row {
  const { type, epoch } = record;
  if (record.type === "step") {
    return { type, epoch, step: (epoch - 1) * batches + record.batch + 1, loss: record.loss, lr: record.lr };
  }
  const { trainLoss, testLoss, correct, total, seconds } = record;
  return { type, epoch, step: epoch * batches, loss: trainLoss, testLoss, accuracy: correct / total, seconds };
}
