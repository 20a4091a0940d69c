/** The charts of one run, or of several runs together: loss per step, accuracy per epoch, learning rate per step. */
import type { Chart, Series } from "./chart.js";
import type { Calibration } from "./calibration.js";
import type { Span } from "./envelope.js";
import { percent, significant, whole } from "../text/figures.js";
import { hasReference, REFERENCE_TOTAL, referenceCurve } from "../exercise/reference-curve.js";
import type { RunReport } from "./run-report.js";

const middle = ({ first, last }: Span): number => (first + last) / 2;
const meanLine = (name: string, spans: readonly Span[]): Series => ({
  name,
  points: spans.map((span) => [middle(span), span.mean]),
});
const steps = { label: "step", kind: "integer", format: whole } as const;

/** For a single run, also the band between the highest and lowest losses of neighbouring steps. */
export function lossChart(runs: readonly RunReport[]): Chart {
  const series = runs.map(({ name, curves }) => ({
    ...meanLine(name, curves.loss),
    ...(runs.length === 1 ? { band: curves.loss.map((span) => [middle(span), span.low, span.high] as const) } : {}),
  }));
  return { title: "Training loss", x: steps, y: { label: "loss", kind: "log", format: significant }, series };
}

export function lrChart(runs: readonly RunReport[]): Chart {
  const series = runs.map(({ name, curves }) => meanLine(name, curves.lr));
  return {
    title: "Learning rate",
    x: steps,
    y: { label: "learning rate", kind: "linear", from: 0, format: significant },
    series,
  };
}

/** Test errors on a logarithmic axis, because the last tenths of a percent matter most. */
export function accuracyChart(runs: readonly RunReport[]): Chart {
  const own = runs.map(({ name, curves }): Series => ({
    name,
    // No error counts as half an error, since a logarithmic axis has no zero.
    points: curves.epochs.map(({ epoch, correct, total }) => [epoch, Math.max(total - correct, 0.5) / total]),
    dots: true,
  }));
  return {
    title: "Test accuracy",
    ...byEpoch,
    y: accuracyAxis,
    series: withReference(runs, own, ({ correct }) => 1 - correct / REFERENCE_TOTAL),
  };
}

export function testLossChart(runs: readonly RunReport[]): Chart {
  const own = runs.map(({ name, curves }): Series => ({
    name,
    points: curves.epochs.map(({ epoch, testLoss }) => [epoch, testLoss]),
    dots: true,
  }));
  const y = { label: "test loss", kind: "log", format: significant } as const;
  return { title: "Test loss", ...byEpoch, y, series: withReference(runs, own, ({ testLoss }) => testLoss) };
}

const byEpoch = { x: { label: "epoch", kind: "integer", format: whole } } as const;
/** Shares of errors, written as accuracies. */
const accuracyAxis = {
  label: "accuracy",
  kind: "log",
  downwards: true,
  format: (errors: number) => `${significant(100 * (1 - errors), 4)} %`,
} as const;

function withReference(
  runs: readonly RunReport[],
  own: readonly Series[],
  value: (epoch: (typeof referenceCurve)[number]) => number,
): Series[] {
  const compared = runs.filter(({ record }) => hasReference(record.config.data, record.data));
  if (compared.length === 0) return [...own];
  const name = compared.length === runs.length ? "the notebook" : "the notebook, on MNIST";
  const points = referenceCurve.map((epoch) => [epoch.epoch, value(epoch)] as const);
  return [...own, { name, points, reference: true, dots: true }];
}

/** Accuracy against confidence, with the diagonal on which a calibrated network lies. */
export function reliabilityChart(runs: readonly { readonly name: string; readonly calibration: Calibration }[]): Chart {
  const share = (value: number): string => percent(value, 0);
  const axis = { kind: "linear", from: 0, to: 1, format: share } as const;
  const series = runs.map(({ name, calibration: { bins } }): Series => ({
    name,
    points: bins.filter(({ count }) => count > 0).map(({ confidence, accuracy }) => [confidence, accuracy]),
    dots: true,
  }));
  const ideal: Series = {
    name: "perfectly calibrated",
    points: [
      [0, 0],
      [1, 1],
    ],
    reference: true,
  };
  return {
    title: "Reliability",
    x: { label: "confidence", ...axis },
    y: { label: "accuracy", ...axis },
    series: [...series, ideal],
  };
}
