/** A run's curves, collected from its metrics in one pass: loss and learning rate per step, and its epochs. */
import { iterable } from "../errors/record-kinds.js";
import { Signature, required } from "../errors/signature.js";
import type { EpochRecord, MetricsRecord } from "../runs/metrics-file.js";
import { Envelope, type Span } from "./envelope.js";

/** The curves of a run. */
export interface Curves {
  /** The number of steps. */
  readonly steps: number;
  /** The loss of the steps; positions are the numbers of steps, from 1. */
  readonly loss: readonly Span[];
  /** The learning rate of the steps. */
  readonly lr: readonly Span[];
  /** The records of the epochs. */
  readonly epochs: readonly EpochRecord[];
}

const ofGatherCurves = new Signature("gatherCurves", [
  required("metrics", iterable("records, as run.metrics() returns them")),
]);

/**
 * Collects a run's curves in one pass. However long the run is, they stay small: neighbouring steps are joined, and no
 * peak is lost.
 * @param metrics the run's records, in order
 * @returns the curves
 * @example gatherCurves(Run.open("runs/first").metrics()).steps; // 10
 */
export function gatherCurves(metrics: Iterable<MetricsRecord>): Curves {
  ofGatherCurves.read(arguments);
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
