/** `kilograd/report`: what can be said of runs, as plain data, and the same as a page or in a terminal. Needs no Node. */
export { calibration, type Calibration, type CalibrationBin } from "./calibration.js";
export type { Axis, Chart, Point, Series } from "./chart.js";
export { classScores, confusionMatrix, type ClassScores, type ConfusionMatrix } from "./classification.js";
export { gatherCurves, type Curves } from "./curves.js";
export type { Span } from "./envelope.js";
export { percent, significant, whole } from "./figures.js";
export { activationMaps, firstKernels, type ActivationView, type KernelView } from "./network-views.js";
export { comparisonPage } from "./page/comparison-page.js";
export { chartFile, lineChart } from "./page/line-chart.js";
export { runPage } from "./page/run-page.js";
export { answers, mistakes, predict, type Answered, type Predictions } from "./predictions.js";
export { hasReference, referenceCurve, type ReferenceEpoch } from "./reference-curve.js";
export * from "./run-report.js";
export { textChart } from "./text/text-chart.js";
export { textReport } from "./text/text-report.js";
export {
  adviseTraining,
  newAdvice,
  signs,
  type EpochFigures,
  type Sign,
  type TrainingAdvice,
  type TrainingProgress,
} from "./training-advice.js";
