/** The report on one or several runs for a terminal: curves and, for one run, the confusion matrix with its scores. */
import { recordWith } from "../../errors/record-kinds.js";
import { arrayOf, integer } from "../../errors/kinds.js";
import { Signature, optional, required } from "../../errors/signature.js";
import { percent, whole } from "../../text/figures.js";
import { accuracyChart, lossChart, lrChart } from "../run-charts.js";
import type { NetworkReport, RunReport } from "../run-report.js";
import { textChart } from "./text-chart.js";

const ofTextReport = new Signature("textReport", [
  required("runs", arrayOf(recordWith("what gatherRunReport() returns", "record", "curves"))),
  optional("width", integer(1)),
]);

/**
 * Writes a report on one or several runs for a terminal: their curves and, for one run, the confusion matrix.
 * @param runs their reports
 * @param width the terminal's width, in characters
 * @returns lines, without a line end after the last
 * @example
 * const run = Run.open("runs/first");
 * const report = gatherRunReport({ name: "first", record: run.record, metrics: run.metrics() });
 * textReport([report]).includes("no weights to test yet"); // true
 */
export function textReport(runs: readonly RunReport[], width = 80): string {
  ofTextReport.read(arguments);
  const charts = [accuracyChart, lossChart, lrChart].map((make) => textChart(make(runs), Math.min(100, width)));
  const classes = runs.flatMap(({ name, network, record }) => {
    const title = runs.length > 1 ? `${name}: ` : "";
    return network ? [title + textConfusion(network, record.images.classes)] : [`${title}no weights to test yet`];
  });
  return [...charts, ...classes].join("\n\n");
}

/** Percent without the percent sign. */
const tenths = (share: number): string => percent(share, 1).replace(" %", "");

/** The confusion matrix, with each class's recall at the end of its row and its precision below its column. */
export function textConfusion({ matrix, scores, correct, total }: NetworkReport, classes: readonly string[]): string {
  const names = matrix.map((_, c) => (classes[c] ?? String(c)).split(" - ")[0]!.slice(0, 8));
  const cells = matrix.map((row, i) => row.map((count, j) => (count === 0 && i !== j ? "·" : String(count))));
  const precisions = scores.map(({ precision }) => tenths(precision));
  const column = Math.max(...[...names, ...cells.flat(), ...precisions].map(({ length }) => length)) + 2;
  const first = Math.max(9, ...names.map(({ length }) => length));
  const line = (name: string, parts: readonly string[]): string =>
    name.padStart(first) + parts.map((part) => part.padStart(column)).join("");
  return [
    `True classes (rows) and predicted classes (columns): ${whole(correct)} of ${whole(total)} correct, ${percent(correct / total)}`,
    line("", [...names, "  recall"]),
    ...cells.map((row, i) => line(names[i]!, [...row, `  ${tenths(scores[i]!.recall).padStart(6)}`])),
    line("precision", precisions),
  ].join("\n");
}
