/** A chart as SVG, without scripts. Colours come from the page's style sheet; hovering over a dot shows its value. */
import { recordWith } from "../../errors/record-kinds.js";
import { Signature, required } from "../../errors/signature.js";
import { ArgumentError } from "../../errors/errors.js";
import { valuesOf, type Chart, type Point, type Series } from "../chart.js";
import { makeScale, type Scale } from "../scale.js";
import { html, Html, type HtmlPart } from "./html.js";
import { chartFileStyle } from "./style.js";

// In the drawing's own units; the page scales it to the width of the column.
const WIDTH = 480;
const HEIGHT = 290;
const LEFT = 66;
const RIGHT = 22;
const TOP = 10;
const BOTTOM = 44;

interface Frame {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

const ofLineChart = new Signature("lineChart", [
  required("chart", recordWith("a chart { title, x, y, series }", "x", "y", "series")),
]);

/**
 * Draws a chart as a figure for a page, with its title and a legend. Its colours come from the page's style sheet.
 * @param chart the chart
 * @returns HTML, with a note instead of the chart if there is nothing to draw
 * @example
 * const axis = { kind: "linear", format: String } as const;
 * const series = [{ name: "loss", points: [[1, 2], [2, 1]] as const }];
 * lineChart({ title: "Loss", x: { label: "step", ...axis }, y: { label: "loss", ...axis }, series }).text.includes("<svg"); // true
 */
export function lineChart(chart: Chart): Html {
  ofLineChart.read(arguments);
  const [xScale, yScale] = scales(chart);
  const drawing = xScale && yScale ? draw(chart, xScale, yScale) : html`<p class="empty">There is no data yet.</p>`;
  const legend =
    chart.series.length > 1 &&
    html`<ul class="legend">
      ${chart.series.map(legendEntry)}
    </ul>`;
  return html`<figure class="chart">
    <figcaption>${chart.title}</figcaption>
    ${drawing}${legend}
  </figure>`;
}

const ofChartFile = new Signature("chartFile", [
  required("chart", recordWith("a chart { title, x, y, series }", "x", "y", "series")),
]);

/**
 * Draws a chart as an SVG file, with its title but without a legend.
 * @param chart the chart
 * @returns the text of the file
 * @throws ArgumentError if there is nothing to draw
 * @example
 * const axis = { kind: "linear", format: String } as const;
 * const series = [{ name: "loss", points: [[1, 2], [2, 1]] as const }];
 * chartFile({ title: "Loss", x: { label: "step", ...axis }, y: { label: "loss", ...axis }, series }).startsWith("<svg"); // true
 */
export function chartFile(chart: Chart): string {
  ofChartFile.read(arguments);
  const [x, y] = scales(chart);
  if (!x || !y) throw new ArgumentError({ op: "chart", problem: `${chart.title}: there is no data to draw` });
  const drawing = draw(chart, x, y).text.replace("<svg ", `<svg xmlns="http://www.w3.org/2000/svg" `);
  const style = html`<title>${chart.title}</title
    ><style>
      ${new Html(chartFileStyle)}
    </style>`;
  return `${drawing.replace(">", `>${style.text}`)}\n`;
}

function scales(chart: Chart): readonly [Scale | undefined, Scale | undefined] {
  return [
    makeScale(valuesOf(chart, "x"), { ...chart.x, ticks: 6 }),
    makeScale(valuesOf(chart, "y"), { ...chart.y, ticks: 5 }),
  ];
}

function legendEntry({ name, reference }: Series, i: number): Html {
  return html`<li class="${colour(i, reference)}">
    <svg viewBox="0 0 24 8" width="24" height="8" aria-hidden="true"><path class="line" d="M0 4H24" /></svg> ${name}
  </li>`;
}

/** Six colours in turn; a reference curve has its own. */
function colour(i: number, reference: boolean | undefined): string {
  return reference ? "reference" : `series-${(i % 6) + 1}`;
}

function draw(chart: Chart, xScale: Scale, yScale: Scale): Html {
  const frame: Frame = {
    x: (value) => LEFT + xScale.place(value) * (WIDTH - LEFT - RIGHT),
    y: (value) => HEIGHT - BOTTOM - yScale.place(value) * (HEIGHT - TOP - BOTTOM),
  };
  const label = `${chart.title}: ${chart.y.label} by ${chart.x.label}`;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
    ${axes(chart, frame, xScale, yScale)}${chart.series.map((series, i) => drawSeries(series, colour(i, series.reference), frame, chart))}
  </svg>`;
}

function axes(chart: Chart, { x, y }: Frame, xScale: Scale, yScale: Scale): HtmlPart {
  const [bottom, right] = [HEIGHT - BOTTOM, WIDTH - RIGHT];
  return [
    yScale.ticks.map(
      (tick) =>
        html`<path
            class="grid"
            d="M${LEFT} ${round(y(tick))}H${right}"
          />${tickLabel(LEFT - 6, y(tick) + 4, "end", chart.y.format(tick))}`,
    ),
    xScale.ticks.map(
      (tick) =>
        html`<path
            class="axis"
            d="M${round(x(tick))} ${bottom}v4"
          />${tickLabel(x(tick), bottom + 18, "middle", chart.x.format(tick))}`,
    ),
    html`<path class="axis" d="M${LEFT} ${bottom}H${right}" />`,
    html`<text class="label" x="${(LEFT + right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${chart.x.label}</text>`,
    html`<text class="label" transform="translate(13 ${(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle"
      >${chart.y.label}</text
    >`,
  ];
}

function tickLabel(x: number, y: number, anchor: "middle" | "end", words: string): Html {
  return html`<text class="tick" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${words}</text>`;
}

function drawSeries(series: Series, className: string, { x, y }: Frame, chart: Chart): Html {
  const place = ([at, value]: Point): Point => [x(at), y(value)];
  const band = (series.band ?? []).map(([at, low, high]) => [x(at), y(low), y(high)] as const);
  const solid = band.filter((edge) => edge.every(Number.isFinite));
  const around =
    solid.length > 1 &&
    html`<path
      class="band"
      d="${path(solid.map(([at, low]) => [at, low]))}${path([...solid].reverse().map(([at, , high]) => [at, high])).replace("M", "L")}Z"
    />`;
  const dots = (series.dots ? series.points : [])
    .filter((point) => place(point).every(Number.isFinite))
    .map((point) => {
      const [cx, cy] = place(point);
      return html`<circle class="dot" cx="${round(cx)}" cy="${round(cy)}" r="3"
        ><title>
          ${series.name}: ${chart.x.label} ${chart.x.format(point[0])}, ${chart.y.format(point[1])}
        </title></circle
      >`;
    });
  return html`<g class="${className}">${around}<path class="line" d="${path(series.points.map(place))}" />${dots}</g>`;
}

/** A line through the points; a NaN breaks it. */
function path(points: readonly Point[]): string {
  let [text, pen] = ["", "M"];
  for (const [x, y] of points) {
    if (Number.isFinite(x) && Number.isFinite(y)) {
      text += `${pen}${round(x)} ${round(y)}`;
      pen = "L";
    } else pen = "M";
  }
  return text;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
