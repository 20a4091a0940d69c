/**
 * Draws a network as a self-contained SVG, light or dark, with a row for each layer and lines along which the data
 * flows. Each row shows the size of the layer's output next to the part of the image that one output value sees, to the
 * same scale. Bars show the layer's parameters and multiply-adds.
 */
import { recordWith } from "../errors/record-kinds.js";
import { arrayOf } from "../errors/kinds.js";
import { Signature, optional, required } from "../errors/signature.js";
import { describeDetail, formatSize, layerTitle } from "./inspect-table.js";
import { escapeMarkup } from "../text/markup.js";
import { thousands } from "../text/thousands.js";
import type { Inspection, Layer, LayerKind } from "./layer.js";

const ROW = 40;
const TOP = 64;
/** The side of the square that represents the whole image. */
const IMAGE = 32;
/** The minimum distance between neighbouring lines that skip rows. */
const LANE = 10;
const BAR = 110;
const BOX = 310;

/** The box colours by kind; all other kinds are grey. */
const COLOURS: Partial<Record<LayerKind, string>> = {
  conv: "weights",
  linear: "weights",
  pool: "pool",
  activation: "bend",
  batchNorm: "norm",
  softmax: "bend",
  dropout: "norm",
};

const STYLE = `
  svg { --ink: #1f2328; --faint: #656d76; --line: #b6bdc6; --paper: #ffffff; --box: #f3f4f6; --seen: #d1242f;
    --weights: #cfe4ff; --pool: #ffe3c2; --bend: #d5f2dc; --norm: #eadcff; --bar: #4c8ddb; --warn: #b35900; }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e6edf3; --faint: #9aa4af; --line: #555f6b; --paper: #0d1117; --box: #262c36; --seen: #ff7b72;
      --weights: #1d3f66; --pool: #5c3d14; --bend: #1c4a2a; --norm: #43306b; --bar: #4c8ddb; --warn: #f0a04b; }
  }
  text { font: 13px system-ui, sans-serif; fill: var(--ink); dominant-baseline: central; }
  .small { font-size: 11px; fill: var(--faint); }
  .title { font-size: 16px; font-weight: 600; }
  .number { text-anchor: end; font-variant-numeric: tabular-nums; }
  .box { fill: var(--box); stroke: none; }
  .weights { fill: var(--weights); } .pool { fill: var(--pool); } .bend { fill: var(--bend); } .norm { fill: var(--norm); }
  .paper { fill: var(--paper); }
  .bar { fill: var(--bar); }
  .edge { fill: none; stroke: var(--line); stroke-width: 1.5; }
  .map { fill: var(--box); stroke: var(--faint); }
  .image { fill: none; stroke: var(--line); stroke-dasharray: 2 2; }
  .seen { fill: var(--seen); fill-opacity: 0.25; stroke: var(--seen); }
  .advice { fill: var(--warn); }`;

/** The positions of the columns. */
interface Layout {
  readonly left: number;
  readonly map: number;
  readonly seen: number;
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly width: number;
  readonly height: number;
}

/** A mark on a layer of a drawing. */
export interface Remark {
  /** The position of the layer. */
  readonly layer: number;
  /** The name of the rule, which is shown. */
  readonly rule: string;
}

const ofDrawNetwork = new Signature("drawNetwork", [
  required("inspection", recordWith("what inspectNetwork() returns", "layers")),
  optional("advice", arrayOf(recordWith("{ layer, rule }", "layer", "rule"))),
]);

/**
 * Draws a network as SVG: a row for each layer, with the size of its output, what it sees of the image, and its share
 * of the parameters and multiply-adds. The drawing has a light and a dark form.
 * @param inspection what `inspectNetwork` found
 * @param advice marks on layers, such as `advise` returns
 * @returns the text of an SVG file, which needs no other file
 * @example
 * const inspection = inspectNetwork(new ExerciseNet(), [1, 28, 28]);
 * drawNetwork(inspection, advise(inspection)).startsWith("<svg"); // true
 */
export function drawNetwork(inspection: Inspection, advice: readonly Remark[] = []): string {
  ofDrawNetwork.read(arguments);
  const { layers } = inspection;
  const skips = laneOf(layers);
  const lanes = Math.max(0, ...skips.map(({ lane }) => lane + 1));
  const layout = makeLayout(lanes, layers.length);
  const scale = IMAGE / Math.max(1, ...layers.flatMap((layer) => (layer.kind === "input" ? mapSize(layer) : [])));
  const rows = layers.map((layer, at) => {
    const rules = advice.filter((one) => one.layer === at).map(({ rule }) => rule);
    return drawRow({ layer, at, layout, scale, inspection, rules });
  });
  const { width, height } = layout;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeMarkup(describe(inspection))}</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...drawHead(inspection, layout),
    ...skips.map((skip) => drawSkip(skip, layout)),
    ...rows.flat(),
    "</svg>\n",
  ].join("\n");
}

function makeLayout(lanes: number, rows: number): Layout {
  const left = 16 + lanes * LANE + (lanes > 0 ? 8 : 0);
  const map = left + BOX + 20;
  const seen = map + IMAGE + 110;
  const parameters = seen + IMAGE + 140;
  const multiplyAdds = parameters + BAR + 80;
  return { left, map, seen, parameters, multiplyAdds, width: multiplyAdds + BAR + 100, height: TOP + rows * ROW + 20 };
}

function describe({ parameters, multiplyAdds }: Inspection): string {
  return `${thousands(parameters)} parameters, ${thousands(multiplyAdds)} multiply-adds per image`;
}

function drawHead(inspection: Inspection, { left, map, seen, parameters, multiplyAdds }: Layout): string[] {
  const titles: [number, string][] = [
    [left, "layer"],
    [map, "result"],
    [seen, "receptive field"],
    [parameters, "parameters"],
    [multiplyAdds, "multiply-adds"],
  ];
  return [
    text(left, 20, describe(inspection), "title"),
    ...titles.map(([x, title]) => text(x, TOP - 18, title, "small")),
  ];
}

interface Row {
  readonly layer: Layer;
  readonly at: number;
  readonly layout: Layout;
  /** The size of an image's pixel in the drawing. */
  readonly scale: number;
  readonly inspection: Inspection;
  readonly rules: readonly string[];
}

function drawRow(row: Row): string[] {
  const { layer, at, layout, rules, inspection } = row;
  const y = TOP + at * ROW;
  const { x, words } = { x: layout.left, words: layerTitle(layer) };
  const name = rules.length === 0 ? y + 14 : y + 9;
  const isNext = layer.from.includes(at - 1);
  return [
    ...(isNext ? [`<path class="edge" d="M${x + 20} ${y - ROW + 29} V${y}"/>`] : []),
    `<rect class="box ${COLOURS[layer.kind] ?? ""}" x="${x}" y="${y}" width="${BOX}" height="29" rx="5">` +
      `<title>${escapeMarkup(`${at}: ${words}`)}</title></rect>`,
    text(x + 8, name, `${at}`, "small"),
    text(x + 30, name, shorten(words, layer), ""),
    ...(rules.length === 0
      ? []
      : [
          text(
            x + 30,
            y + 22,
            `⚠ ${rules[0]!}${rules.length > 1 ? `, and ${rules.length - 1} more` : ""}`,
            "small advice",
          ),
        ]),
    ...drawMap(row, y),
    ...drawField(row, y),
    ...drawBar(inspection, layer, "parameters", y, layout),
    ...drawBar(inspection, layer, "multiplyAdds", y, layout),
  ];
}

/** Shortens a title that is too long for its box, starting with the path. */
function shorten(words: string, layer: Layer): string {
  const longest = 38;
  if (words.length <= longest) return words;
  const detail = describeDetail(layer);
  const own = `${layer.name} ${detail}`;
  return own.length <= longest ? own : `${own.slice(0, longest - 1)}…`;
}

/** The height and width of the first output, if it has them. */
function mapSize({ outputs: [size] }: Layer): number[] {
  return size?.length === 3 ? [size[1]!, size[2]!] : [];
}

function drawMap({ layer, layout, scale }: Row, y: number): string[] {
  const [height, width] = mapSize(layer).map((size) => Math.max(size * scale, 2));
  const label = text(layout.map + IMAGE + 8, y + 14, layer.outputs.map(formatSize).join(" "), "");
  if (height === undefined || width === undefined) return [label];
  return [square("map", layout.map, y, width, height), label];
}

/** Draws the receptive field around the middle of the image, cut off at the image's edges. */
function drawField({ layer, layout, scale }: Row, y: number): string[] {
  if (!layer.field) return [];
  const [height, width] = layer.field.map(({ size }) => Math.min(Math.max(size * scale, 1.5), IMAGE)) as [
    number,
    number,
  ];
  const [h, w] = layer.field.map(({ size }) => String(Math.round(size * 10) / 10)) as [string, string];
  const note = layer.branches ? ", uneven" : "";
  return [
    square("image", layout.seen, y, IMAGE, IMAGE),
    square("seen", layout.seen, y, width, height),
    text(layout.seen + IMAGE + 8, y + 14, `${h}×${w}${note}`, ""),
  ];
}

/** A rectangle at the centre of the image's place. */
function square(kind: string, x: number, y: number, width: number, height: number): string {
  const [left, top] = [x + (IMAGE - width) / 2, y + 14.5 - height / 2];
  return `<rect class="${kind}" x="${round(left)}" y="${round(top)}" width="${round(width)}" height="${round(height)}"/>`;
}

/** A bar whose length is relative to that of the costliest layer. */
function drawBar(
  { layers }: Inspection,
  layer: Layer,
  what: "parameters" | "multiplyAdds",
  y: number,
  layout: Layout,
): string[] {
  const value = layer[what];
  if (value === 0) return [];
  const length = Math.max((value / Math.max(...layers.map((one) => one[what]))) * BAR, 1);
  return [
    `<rect class="bar" x="${layout[what]}" y="${y + 8}" width="${round(length)}" height="13" rx="2"/>`,
    text(layout[what] + length + 6, y + 14, thousands(value), "small"),
  ];
}

/** A connection that passes other rows. */
interface Skip {
  readonly from: number;
  readonly to: number;
  /** The lane of the line, counted from the boxes outwards. */
  readonly lane: number;
}

/** Finds the connections that are not from one row to the next, and gives each the first free lane. */
function laneOf(layers: readonly Layer[]): Skip[] {
  const skips: Skip[] = [];
  for (const [to, { from }] of layers.entries()) {
    for (const source of from) {
      if (source === to - 1) continue;
      const taken = skips.filter((other) => other.from < to && other.to > source).map(({ lane }) => lane);
      let lane = 0;
      while (taken.includes(lane)) lane++;
      skips.push({ from: source, to, lane });
    }
  }
  return skips;
}

function drawSkip({ from, to, lane }: Skip, { left }: Layout): string {
  const [start, end] = [TOP + from * ROW + 20, TOP + to * ROW + 9];
  const x = left - 10 - lane * LANE;
  return `<path class="edge" d="M${left} ${start} H${x + 4} Q${x} ${start} ${x} ${start + 4} V${end - 4} Q${x} ${end} ${x + 4} ${end} H${left}"/>`;
}

function text(x: number, y: number, words: string, kind: string): string {
  return `<text x="${round(x)}" y="${round(y)}"${kind === "" ? "" : ` class="${kind}"`}>${escapeMarkup(words)}</text>`;
}

function round(x: number): number {
  return Math.round(x * 100) / 100;
}
