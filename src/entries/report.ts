/** `kilograd/report`: what can be said of runs, as plain data, and the same as a page or in a terminal. Needs no Node. */
export { calibration, type Calibration, type CalibrationBin } from "../report/calibration.js";
export type { Axis, Chart, Point, Series } from "../report/chart.js";
export { classScores, confusionMatrix, type ClassScores, type ConfusionMatrix } from "../report/class-scores.js";
export { gatherCurves, type Curves } from "../report/curves.js";
export type { Span } from "../report/envelope.js";
export { percent, significant, whole } from "../text/figures.js";
export { activationMaps, firstKernels, type ActivationView, type KernelView } from "../report/network-views.js";
export { comparisonPage } from "../report/page/comparison-page.js";
export { chartFile, lineChart } from "../report/page/line-chart.js";
export { runPage } from "../report/page/run-page.js";
export { answers, mistakes, predict, type Answered, type Predictions } from "../report/predictions.js";
export { hasReference, referenceCurve, type ReferenceEpoch } from "../exercise/reference-curve.js";
export * from "../report/run-report.js";
export { textChart } from "../report/text/text-chart.js";
export { textReport } from "../report/text/text-report.js";
export {
  adviseTraining,
  newAdvice,
  signs,
  type EpochFigures,
  type Sign,
  type TrainingAdvice,
  type TrainingProgress,
} from "../advice/training-advice.js";
