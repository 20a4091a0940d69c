/**
 * Networks, looked at without computing anything: summaries, the shape, cost and receptive field of each layer,
 * drawings, and advice. Nothing here needs Node.
 *
 * @example
 * const network = new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.ReLU(), new nn.MaxPool2d(2));
 * const inspection = inspectNetwork(network, [1, 28, 28]);
 * inspection.layers.map(({ name }) => name); // ["input", "Conv2d", "ReLU", "MaxPool2d"]
 *
 * @module kilograd/summary
 */
export { advise, formatAdvice, type AdviceOptions } from "../advice/advice.js";
export type { Advice, AdviceRule } from "../advice/rule.js";
export { adviceRules } from "../advice/rules/index.js";
export { drawNetwork, type Remark } from "../inspect/drawing.js";
export { formatInspection } from "../inspect/inspect-table.js";
export { inspectNetwork } from "../inspect/inspect.js";
export type { BatchAxis } from "../inspect/batch-axis.js";
export type { Inspection, Layer, LayerDetail, LayerFacts, LayerKind } from "../inspect/layer.js";
export type { Pair } from "../graph/shape.js";
export type { Extent, Field } from "../inspect/receptive-field.js";
export {
  formatSummary,
  summarize,
  summary,
  type InputSizes,
  type Summary,
  type SummaryRow,
} from "../summary/summary.js";
