/**
 * `kilograd/summary`: a network looked at without computing anything: its summary, layer by layer its shapes, costs
 * and receptive fields, a drawing of it, and advice. All pure functions; nothing here needs Node.
 */
export { advise, adviceRules, formatAdvice } from "./advice/advice.js";
export type { Advice, AdviceRule } from "./advice/rule.js";
export { drawNetwork } from "./drawing.js";
export { formatInspection } from "./inspect-table.js";
export { inspectNetwork } from "./inspect.js";
export type { Inspection, Layer, LayerDetail, LayerFacts, LayerKind } from "./layer.js";
export type { Extent, Field } from "./receptive-field.js";
export { formatSummary, summarize, summary, type InputSizes, type Summary, type SummaryRow } from "./summary.js";
