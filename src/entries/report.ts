/**
 * Reports on runs, as plain data, as a page, and as text for a terminal; and early advice on a training. Nothing here
 * needs Node.
 *
 * @example
 * const run = Run.open("runs/first");
 * const report = gatherRunReport({ name: "first", record: run.record, metrics: run.metrics() });
 * report.curves.epochs.length; // 2
 * runPage(report).startsWith("<!doctype html>"); // true
 *
 * @module kilograd/report
 */
export { calibration, type Calibration, type CalibrationBin } from "../report/calibration.js";
export type { Axis, Chart, Point, Series } from "../report/chart.js";
export { classScores, confusionMatrix, type ClassScores, type ConfusionMatrix } from "../report/class-scores.js";
export { gatherCurves, type Curves } from "../report/curves.js";
export type { Span } from "../report/envelope.js";
export { percent, significant, whole } from "../text/figures.js";
export { activationMaps, firstKernels, type ActivationView, type KernelView } from "../report/network-views.js";
export { comparisonPage } from "../report/page/comparison-page.js";
export type { Html } from "../report/page/html.js";
export { chartFile, lineChart } from "../report/page/line-chart.js";
export { runPage } from "../report/page/run-page.js";
export { answers, mistakes, predict, type Answered, type Predictions } from "../report/predictions.js";
export { hasReference, referenceCurve, type ReferenceEpoch } from "../exercise/reference-curve.js";
export * from "../report/run-report.js";
export { textChart } from "../report/text/text-chart.js";
export { textReport } from "../report/text/text-report.js";
export type { EpochFigures, TrainingProgress } from "../advice/progress.js";
export type { Sign, TrainingAdvice } from "../advice/sign.js";
export { signs } from "../advice/signs/index.js";
export { adviseTraining, newAdvice } from "../advice/training-advice.js";
