/** A run's curves, collected from its metrics in one pass: loss and learning rate per step, and its epochs. */
import type { EpochRecord, MetricsRecord } from "../runs/metrics-file.js";
import { Envelope, type Span } from "./envelope.js";

export interface Curves {
  /** How many steps were trained. */
  readonly steps: number;
  /** The loss of each step; positions are step numbers, counted from 1. */
  readonly loss: readonly Span[];
  readonly lr: readonly Span[];
  readonly epochs: readonly EpochRecord[];
}

/** @param metrics a run's records in order; they are read once, so they may come from a stream */
export function gatherCurves(metrics: Iterable<MetricsRecord>): Curves {
  const [loss, lr] = [new Envelope(), new Envelope()];
  const epochs: EpochRecord[] = [];
  let steps = 0;
  for (const record of metrics) {
    if (record.type === "epoch") {
      epochs.push(record);
      continue;
    }
    steps++;
    loss.add(steps, record.loss);
    lr.add(steps, record.lr);
  }
  return { steps, loss: loss.spans(), lr: lr.spans(), epochs };
}
