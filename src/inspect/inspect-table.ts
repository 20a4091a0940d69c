/** An inspection as a table of text. */
import { recordWith } from "../errors/record-kinds.js";
import { Signature, required } from "../errors/signature.js";
import type { Field } from "./receptive-field.js";
import type { Inspection, Layer } from "./layer.js";
import type { Pair } from "../graph/shape.js";
import { columnsOf } from "../text/columns.js";
import { thousands } from "../text/thousands.js";

interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  readonly cell: (layer: Layer, position: number) => string;
}

const COLUMNS: readonly Column[] = [
  { title: "#", align: "right", cell: (_, position) => String(position) },
  { title: "layer", align: "left", cell: (layer) => layerTitle(layer) },
  { title: "output", align: "right", cell: ({ outputs }) => outputs.map(formatSize).join(" ") },
  { title: "parameters", align: "right", cell: ({ parameters }) => thousands(parameters) },
  { title: "multiply-adds", align: "right", cell: ({ multiplyAdds }) => thousands(multiplyAdds) },
  { title: "memory", align: "right", cell: ({ activationBytes }) => formatBytes(activationBytes) },
  { title: "field", align: "right", cell: ({ field }) => along(field, "size") },
  { title: "jump", align: "right", cell: ({ field }) => along(field, "jump") },
  { title: "start", align: "right", cell: ({ field }) => along(field, "start") },
];

const ofFormatInspection = new Signature("formatInspection", [
  required("inspection", recordWith("what inspectNetwork() returns", "layers")),
]);

/**
 * Writes an inspection as a table, with totals and notes on single layers.
 * @param inspection what `inspectNetwork` found
 * @returns the text, without a line end after the last line
 * @example
 * const table = formatInspection(inspectNetwork(new nn.Conv2d(1, 8, 3), [1, 28, 28]));
 * table.includes("conv2d 3×3, 1→8"); // true
 */
export function formatInspection(inspection: Inspection): string {
  ofFormatInspection.read(arguments);
  const { layers, neverCalled, parameters, multiplyAdds, activationBytes } = inspection;
  const rows = layers.map((layer, position) => COLUMNS.map(({ cell }) => cell(layer, position)));
  const widths = COLUMNS.map(({ title }, column) =>
    Math.max(...[title, ...rows.map((row) => row[column]!)].map(columnsOf)),
  );
  const line = (cells: readonly string[]): string =>
    cells.map((text, column) => align(text, widths[column]!, COLUMNS[column]!.align)).join("  ");
  const titles = line(COLUMNS.map(({ title }) => title));
  const notes = [...layers.flatMap(notesOn), ...neverCalled.map((path) => `${path} is never called.`)];
  return [
    titles,
    "─".repeat(columnsOf(titles)),
    ...rows.map((row) => line(row).trimEnd()),
    "─".repeat(columnsOf(titles)),
    `Parameters: ${thousands(parameters)}. Multiply-adds per image: ${thousands(multiplyAdds)}. ` +
      `Activations per image: ${formatBytes(activationBytes)}.`,
    ...(notes.length > 0 ? ["", ...notes] : []),
  ].join("\n");
}

/** `conv1 Conv2d 3×3, 1→8` */
export function layerTitle(layer: Layer): string {
  const path = layer.path === null ? "" : `${layer.path} `;
  const detail = describeDetail(layer);
  return `${path}${layer.name}${detail === "" ? "" : ` ${detail}`}`;
}

/** What distinguishes a layer from others of its kind. */
export function describeDetail(layer: Layer): string {
  switch (layer.kind) {
    case "conv":
      return [
        `${formatSize(layer.kernel)}, ${layer.inChannels}→${layer.outChannels}`,
        ...unless(layer.stride, 1, "stride"),
        ...unless(layer.padding, 0, "padding"),
        ...unless(layer.dilation, 1, "dilation"),
        ...(layer.groups === 1 ? [] : [`groups ${layer.groups}`]),
      ].join(", ");
    case "linear":
      return `${thousands(layer.inFeatures)}→${thousands(layer.outFeatures)}`;
    case "pool": {
      const { kernel, stride } = layer;
      const isUsual = kernel.every((size, axis) => size === stride[axis]);
      return [formatSize(kernel), ...(isUsual ? [] : [`stride ${formatPair(stride)}`])].join(", ");
    }
    case "dropout":
      return Number.isNaN(layer.p) ? "" : String(layer.p);
    default:
      return "";
  }
}

function unless(pair: Pair, usual: number, name: string): string[] {
  return pair.every((size) => size === usual) ? [] : [`${name} ${formatPair(pair)}`];
}

function formatPair([height, width]: Pair): string {
  return height === width ? String(height) : `${height}×${width}`;
}

function notesOn(layer: Layer, position: number): string[] {
  const branches = layer.branches?.map((field) => {
    return `${along(field, "size")} pixels at ${along(field, "start")}, ${along(field, "jump")} apart`;
  });
  return [
    ...(layer.shares === null ? [] : [`${position} uses the same parameters as ${layer.shares}; they count once.`]),
    ...(branches ? [`${position} joins values from different positions in the image: ${branches.join("; ")}.`] : []),
  ];
}

/** A single number if height and width agree. */
function along(field: Field | null, what: "size" | "jump" | "start"): string {
  if (!field) return "–";
  const [height, width] = field.map((extent) => short(extent[what])) as [string, string];
  return height === width ? height : `${height}×${width}`;
}

function short(x: number): string {
  return String(Math.round(x * 100) / 100);
}

/** `8×26×26` */
export function formatSize(size: readonly number[]): string {
  return size.length === 0 ? "1" : size.join("×");
}

/** `21.1 KB`, where 1 KB is 1,024 bytes. */
export function formatBytes(bytes: number): string {
  const [size, unit] =
    bytes < 1024 ? [bytes, "B"] : bytes < 1024 ** 2 ? [bytes / 1024, "KB"] : [bytes / 1024 ** 2, "MB"];
  return `${unit === "B" ? size : size.toFixed(1)} ${unit}`;
}

function align(text: string, width: number, side: Column["align"]): string {
  const space = " ".repeat(width - columnsOf(text));
  return side === "left" ? text + space : space + text;
}
