import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../config/config.js";
import { recipes } from "../exercise/recipes.js";
import type { Chart } from "./chart.js";
import { lineChart } from "./page/line-chart.js";
import { lossChart, testLossChart } from "./run-charts.js";
import type { RunReport } from "./run-report.js";
import { textChart } from "./text/text-chart.js";

/** The labels below the x axis. */
function textLabels(chart: Chart): string {
  return textChart(chart).split("\n").at(-1)!.trim().replace(/ +/g, " ");
}
function pageLabels(chart: Chart): string {
  const labels = lineChart(chart).text.matchAll(/text-anchor="middle">([^<]*)<\/text/g);
  return [...labels].map(([, label]) => label!.trim()).join(" ");
}

test("steps are labelled with integers, each once, however few there are", () => {
  const loss = [1, 2, 3, 4].map((step) => ({ first: step, last: step, mean: 1 / step, low: 1 / step, high: 1 / step }));
  const run = { name: "short", curves: { steps: 4, loss, lr: loss, epochs: [] } } as unknown as RunReport;
  assert.equal(textLabels(lossChart([run])), "1 2 3 4");
  assert.match(pageLabels(lossChart([run])), /^1 2 3 4 step/);
});

test("a single epoch has a single label", () => {
  const config = parseConfig({ ...recipes["quick"], recipe: "quick", data: "/own" });
  const epochs = [{ epoch: 1, testLoss: 0.5 }];
  const run = { name: "short", record: { config }, curves: { epochs } } as unknown as RunReport;
  const chart = testLossChart([run]);
  assert.deepEqual(
    chart.series.map(({ points }) => points),
    [[[1, 0.5]]],
  );
  assert.equal(textLabels(chart), "1 epoch");
  assert.match(pageLabels(chart), /^1 epoch/);
});
