import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chart } from "../chart.js";
import { textChart } from "./text-chart.js";

const axis = { kind: "linear", format: String } as const;
const chart = (points: Chart["series"][number]["points"]): Chart => ({
  title: "Loss",
  x: { label: "step", ...axis },
  y: { label: "loss", ...axis },
  series: [{ name: "a", points }],
});

test("a falling line, drawn in Braille", () => {
  assert.equal(
    textChart(
      chart([
        [0, 3],
        [10, 0],
      ]),
      19,
      3,
    ),
    [
      "Loss",
      "      3 ┤⠑⠢⢄⡀",
      "      1 ┤   ⠈⠑⢄⡀",
      "      0 ┤      ⠈⠑⠢⢄",
      "        └┬─┬─┬──┬──",
      "         0 2 4  8",
    ].join("\n"),
  );
});

test("gaps stay open, and without data there is no drawing", () => {
  const rows = textChart(
    chart([
      [0, 0],
      [4, NaN],
      [8, 0],
    ]),
    30,
    2,
  ).split("\n");
  assert.match(rows[2]!, /┤⠁ {19}⠈$/);
  assert.equal(textChart(chart([[0, NaN]])), "Loss: there is no data yet");
});
