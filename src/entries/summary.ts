/**
 * `kilograd/summary`: a network looked at without computing anything: its summary, layer by layer its shapes, costs
 * and receptive fields, a drawing of it, and advice. All pure functions; nothing here needs Node.
 */
export { advise, formatAdvice } from "../advice/advice.js";
export type { Advice, AdviceRule } from "../advice/rule.js";
export { adviceRules } from "../advice/rules/index.js";
export { drawNetwork } from "../inspect/drawing.js";
export { formatInspection } from "../inspect/inspect-table.js";
export { inspectNetwork } from "../inspect/inspect.js";
export type { Inspection, Layer, LayerDetail, LayerFacts, LayerKind } from "../inspect/layer.js";
export type { Extent, Field } from "../inspect/receptive-field.js";
export {
  formatSummary,
  summarize,
  summary,
  type InputSizes,
  type Summary,
  type SummaryRow,
} from "../summary/summary.js";
