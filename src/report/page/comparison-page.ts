/** Several runs side by side as a self-contained page. */
import { recordWith } from "../../errors/record-kinds.js";
import { arrayOf } from "../../errors/kinds.js";
import { Signature, required } from "../../errors/signature.js";
import { rules, rulesFor, type Verdict } from "../../exercise/rules.js";
import { duration, percent, significant, whole } from "../../text/figures.js";
import { reliabilityChart } from "../run-charts.js";
import type { NetworkReport, RunReport } from "../run-report.js";
import { html, type Html } from "./html.js";
import { page, section, table } from "./layout.js";
import { lineChart } from "./line-chart.js";
import { curvesSection, settingText } from "./training-sections.js";

const ofComparisonPage = new Signature("comparisonPage", [
  required("runs", arrayOf(recordWith("what gatherRunReport() returns", "record", "curves"))),
]);

/**
 * Writes a page that compares runs.
 * @param runs their reports
 * @returns an HTML document that has no scripts and loads nothing
 * @example
 * const run = Run.open("runs/first");
 * const report = gatherRunReport({ name: "first", record: run.record, metrics: run.metrics() });
 * comparisonPage([report, { ...report, name: "second" }]).includes("2 runs compared"); // true
 */
export function comparisonPage(runs: readonly RunReport[]): string {
  ofComparisonPage.read(arguments);
  return page(`kilograd: ${runs.length} runs`, [
    html`<header><h1>${runs.length} runs compared</h1></header> `,
    resultsSection(runs),
    curvesSection(runs),
    differencesSection(runs),
    classesSection(runs),
  ]);
}

/** A run without a goal neither passes nor fails. */
function outcome(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return "–";
  return verdicts.every(({ pass }) => pass) ? "pass" : "FAIL";
}

function resultsSection(runs: readonly RunReport[]): Html {
  const rows = runs.map(({ name, curves: { epochs }, network }) => {
    const last = epochs.at(-1);
    return [
      name,
      network ? whole(network.summary.totalParams) : "–",
      epochs.length,
      network ? `${whole(network.correct)} of ${whole(network.total)}` : "no weights",
      percent(network ? network.correct / network.total : NaN),
      network ? outcome(network.verdicts) : "–",
      significant(last?.testLoss ?? NaN),
      percent(network?.calibration.ece ?? NaN),
      epochs.length > 0 ? duration(epochs.reduce((sum, { seconds }) => sum + seconds, 0)) : "–",
    ];
  });
  return section(
    "Results",
    table(
      [
        "run",
        "parameters",
        "epochs",
        "correct",
        "accuracy",
        runs.every(({ record }) => rulesFor(record).length === rules.length) ? "the four rules" : "rules or goal",
        "test loss",
        "calibration error",
        "time",
      ],
      rows,
    ),
  );
}

/** Only the settings in which the runs differ. */
function differencesSection(runs: readonly RunReport[]): Html {
  const settings = runs.map(({ record }): Readonly<Record<string, unknown>> => ({ ...record.config }));
  const keys = [...new Set(settings.flatMap((config) => Object.keys(config)))];
  const rows = keys
    .map((key) => [key, ...settings.map((config) => settingText(config[key]))])
    .filter(([, ...values]) => new Set(values).size > 1);
  if (rows.length === 0)
    return section("Settings that differ", html`<p>None. All runs have the same configuration.</p>`);
  return section("Settings that differ", table(["setting", ...runs.map(({ name }) => name)], rows));
}

type Tested = RunReport & { readonly network: NetworkReport };

function classesSection(runs: readonly RunReport[]): Html | false {
  const tested = runs.filter((run): run is Tested => run.network !== undefined);
  if (tested.length === 0) return false;
  const chart = reliabilityChart(tested.map(({ name, network: { calibration } }) => ({ name, calibration })));
  const tables = byClasses(tested).map(recallTable);
  return section("Recall and calibration", html`<div class="grid">${tables}${lineChart(chart)}</div>`);
}

/** Runs whose classes have the same names stand in one table. */
function byClasses(runs: readonly Tested[]): Tested[][] {
  const groups = new Map<string, Tested[]>();
  for (const run of runs) {
    const key = JSON.stringify([run.record.images.classes, run.network.scores.length]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()];
}

function recallTable(runs: readonly Tested[]): Html {
  const { record, network } = runs[0]!;
  const rows = network.scores.map((_, c) => [
    record.images.classes[c] ?? String(c),
    ...runs.map((run) => percent(run.network.scores[c]!.recall)),
  ]);
  return table(["recall of", ...runs.map(({ name }) => name)], rows);
}
