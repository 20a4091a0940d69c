/** A chart for a terminal, drawn in Braille characters of eight dots each. */
import { recordWith } from "../../errors/record-kinds.js";
import { integer } from "../../errors/kinds.js";
import { Signature, optional, required } from "../../errors/signature.js";
import { valuesOf, type Chart, type Series } from "../chart.js";
import { makeScale, type Scale } from "../scale.js";

/** The bit of each dot in a Braille character: two columns, four rows. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const BLANK = 0x2800;

/** The number of characters up to and including the axis. */
const MARGIN = 9;

/** A drawing area made of Braille characters. */
class Canvas {
  private readonly cells: Uint8Array;

  constructor(
    readonly columns: number,
    readonly rows: number,
  ) {
    this.cells = new Uint8Array(columns * rows);
  }

  /** @param x,y positions from 0 to 1, from the left and from the bottom */
  dot(x: number, y: number): void {
    const [column, row] = [Math.round(x * (2 * this.columns - 1)), Math.round((1 - y) * (4 * this.rows - 1))];
    if (!(column >= 0 && column < 2 * this.columns && row >= 0 && row < 4 * this.rows)) return;
    this.cells[Math.floor(row / 4) * this.columns + Math.floor(column / 2)]! |= DOTS[row % 4]![column % 2]!;
  }

  line(from: readonly [number, number], to: readonly [number, number]): void {
    const steps = Math.ceil(
      Math.max(Math.abs(to[0] - from[0]) * 2 * this.columns, Math.abs(to[1] - from[1]) * 4 * this.rows, 1),
    );
    for (let i = 0; i <= steps; i++) {
      this.dot(from[0] + ((to[0] - from[0]) * i) / steps, from[1] + ((to[1] - from[1]) * i) / steps);
    }
  }

  text(row: number): string {
    const cells = this.cells.subarray(row * this.columns, (row + 1) * this.columns);
    // In some fonts an empty Braille character is narrower or wider than a space.
    return Array.from(cells, (cell) => (cell === 0 ? " " : String.fromCharCode(BLANK + cell))).join("");
  }
}

const ofTextChart = new Signature("textChart", [
  required("chart", recordWith("a chart { title, x, y, series }", "x", "y", "series")),
  optional("width", integer(1)),
  optional("rows", integer(1)),
]);

/**
 * Draws a chart for a terminal, in Braille characters of eight dots each.
 * @param chart the chart
 * @param width the width of the drawing, in characters
 * @param rows the height of the plot, in rows of characters
 * @returns lines, without a line end after the last
 * @example
 * const axis = { kind: "linear", format: String } as const;
 * const series = [{ name: "loss", points: [[0, 3], [10, 0]] as const }];
 * const chart = { title: "Loss", x: { label: "step", ...axis }, y: { label: "loss", ...axis }, series };
 * textChart(chart, 19, 3).split("\n")[1]; // "      3 ┤⠑⠢⢄⡀"
 */
export function textChart(chart: Chart, width = 72, rows = 10): string {
  ofTextChart.read(arguments);
  const [x, y] = [
    makeScale(valuesOf(chart, "x"), { ...chart.x, ticks: 6 }),
    makeScale(valuesOf(chart, "y"), { ...chart.y, ticks: 4 }),
  ];
  if (!x || !y) return `${chart.title}: there is no data yet`;
  const canvas = new Canvas(Math.max(10, width - MARGIN), rows);
  for (const series of chart.series) drawSeries(canvas, series, x, y);
  const marks = new Map(y.ticks.map((tick) => [Math.floor((1 - y.place(tick)) * rows * 0.999), chart.y.format(tick)]));
  const lines = Array.from({ length: rows }, (_, row) => {
    const mark = marks.get(row);
    return `${(mark ?? "").padStart(MARGIN - 2)} ${mark === undefined ? "│" : "┤"}${canvas.text(row)}`.trimEnd();
  });
  const names = chart.series.map(({ name, reference }) => `${reference ? "dots" : "line"}: ${name}`);
  const title = `${chart.title}${chart.series.length > 1 ? ` (${names.join(", ")})` : ""}`;
  return [title, ...lines, ...xAxis(chart, x, canvas.columns)].join("\n");
}

/** A line through the points; for a reference only the points. */
function drawSeries(canvas: Canvas, { points, reference }: Series, x: Scale, y: Scale): void {
  let before: readonly [number, number] | undefined;
  for (const point of points) {
    const now = [x.place(point[0]), y.place(point[1])] as const;
    const drawn = now.every(Number.isFinite);
    if (drawn && reference) canvas.dot(...now);
    else if (drawn) canvas.line(before ?? now, now);
    before = drawn ? now : undefined;
  }
}

function xAxis({ x: axis }: Chart, scale: Scale, columns: number): string[] {
  const rule = Array<string>(columns).fill("─");
  let labels = "";
  for (const tick of scale.ticks) {
    const at = Math.round(scale.place(tick) * (columns - 1));
    const label = axis.format(tick);
    const start = Math.max(0, Math.min(columns - label.length, at - Math.floor(label.length / 2)));
    if (labels !== "" && start <= labels.length) continue;
    rule[at] = "┬";
    labels = labels.padEnd(start) + label;
  }
  const left = " ".repeat(MARGIN - 1);
  return [
    `${left}└${rule.join("")}`,
    `${left} ${labels}  ${labels.length + axis.label.length + 2 <= columns ? axis.label : ""}`.trimEnd(),
  ];
}
