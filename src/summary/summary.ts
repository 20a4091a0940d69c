/**
 * The summary of a network in the format of Python's torchsummary (1.5.1): a row for each call of a module, then
 * totals. Only shapes are needed: the network is called lazily and nothing is computed.
 */
import { recordWith } from "../errors/record-kinds.js";
import { checked, Signature, required } from "../errors/signature.js";
import { ModuleList, Sequential, type AnyModule, type Module } from "../nn/index.js";
import { pythonFixed } from "../text/python.js";
import { sizeOf, type Shape } from "../graph/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { thousands } from "../text/thousands.js";
import { tensorsIn } from "../tensor/tensors-in.js";
import { callLazily, ownMode, sizesOf, type InputSizes } from "../trace/lazy-call.js";
import { networkParameters } from "../trace/kinds.js";
import { CalledModules, ownParameters } from "../trace/called-modules.js";

export type { InputSizes } from "../trace/lazy-call.js";

/** One call of a module, a row of the table. */
export interface SummaryRow {
  /** Its class and position, such as `Conv2d-1`. */
  readonly layer: string;
  /** The shapes of its results, with -1 for the batch. */
  readonly outputs: readonly Shape[];
  /** Whether the module returns a list or an object of tensors, even of one. */
  readonly several: boolean;
  /** The number of the module's own parameters, without those of its submodules. */
  readonly params: number;
}

/** What `summary()` prints, as data. */
export interface Summary {
  /** A row for each call of a module. */
  readonly rows: readonly SummaryRow[];
  /** The number of parameters in use: those of layers that are never called do not count. */
  readonly totalParams: number;
  /** The number of those that require a gradient. */
  readonly trainableParams: number;
  /** The number of elements in the inputs for one image. */
  readonly inputs: number;
  /** The number of elements in the results of all rows for one image. */
  readonly outputs: number;
}

const THIN = "-".repeat(64);
const THICK = "=".repeat(64);

/**
 * Prints a network's summary as Python's torchsummary 1.5.1 does: a row for each call of a module, except Sequential,
 * ModuleList and the network itself. Only shapes are looked at; nothing is computed, and nothing about the network
 * changes. Totals count each parameter in use once, where torchsummary counts a module's again at each call. As there, a
 * layer that is never called does not count.
 * @param model the network
 * @param inputSize the input's size without the batch, or a list of sizes for several inputs
 * @throws ShapeError if the network cannot take such inputs, ArgumentError for an argument of another kind
 * @function
 * @example summary(new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.ReLU()), [1, 28, 28]);
 */
export const summary: (model: AnyModule, inputSize: InputSizes) => void = checked(
  "summary",
  networkParameters,
  ({ model, inputSize }) => console.log(formatSummary(summarize(model, inputSize))),
);

/**
 * Returns what `summary()` prints, as data.
 * @param model the network
 * @param inputSize the input's size without the batch, or a list of sizes for several inputs
 * @returns the rows and totals of the table
 * @throws ShapeError if the network cannot take such inputs, ArgumentError for an argument of another kind
 * @function
 * @example
 * const { rows, totalParams } = summarize(new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.ReLU()), [1, 28, 28]);
 * rows.map(({ layer }) => layer); // ["Conv2d-1", "ReLU-2"]
 * rows[0]!.outputs; // [[-1, 8, 26, 26]]
 * totalParams; // 80
 */
export const summarize: (model: AnyModule, inputSize: InputSizes) => Summary = checked(
  "summarize",
  networkParameters,
  ({ model, inputSize }) => summaryOf(model, inputSize),
);

function summaryOf(model: Module, inputSize: InputSizes): Summary {
  const sizes = sizesOf(inputSize);
  const rows: SummaryRow[] = [];
  const hooks = [...model.modules()]
    .filter((module) => module !== model && !(module instanceof Sequential) && !(module instanceof ModuleList))
    .map((module) =>
      module.registerForwardHook((_, __, output) => rows.push(makeRow(module, output, rows.length + 1))),
    );
  const called = new CalledModules(model);
  try {
    called.addUsedBy(callLazily(model, sizes, ownMode).outputs);
  } finally {
    for (const hook of hooks) hook.remove();
    called.stop();
  }
  const parameters = called.parameters();
  return {
    rows,
    totalParams: count(parameters),
    trainableParams: count(parameters.filter(({ requiresGrad }) => requiresGrad)),
    inputs: sizes.reduce((total, size) => total + sizeOf(size), 0),
    outputs: rows.reduce((total, row) => total + row.outputs.reduce((sum, shape) => sum + perImage(shape), 0), 0),
  };
}

function makeRow(module: Module, output: unknown, position: number): SummaryRow {
  return {
    layer: `${module.constructor.name}-${position}`,
    outputs: tensorsIn(output).map(({ shape }) => [-1, ...shape.slice(1)]),
    several: !(output instanceof Tensor),
    params: count(ownParameters(module)),
  };
}

function count(parameters: readonly Tensor[]): number {
  return parameters.reduce((total, parameter) => total + parameter.numel(), 0);
}

function perImage(shape: Shape): number {
  return sizeOf(shape.slice(1));
}

const ofFormatSummary = new Signature("formatSummary", [
  required("summary", recordWith("what summarize() returns", "rows", "totalParams")),
]);

/**
 * Writes a summary as the table that `summary()` prints.
 * @param summary what `summarize()` returned
 * @returns the table, without a line end after its last line
 * @example
 * const table = formatSummary(summarize(new nn.Conv2d(1, 8, 3), [1, 28, 28]));
 * table.split("\n")[1]!.trim(); // "Layer (type)               Output Shape         Param #"
 */
export function formatSummary(summary: Summary): string {
  ofFormatSummary.read(arguments);
  const { rows, totalParams, trainableParams, inputs, outputs } = summary;
  // Four bytes per number. Results count twice, once for their gradients.
  const [inputSize, outputSize, paramsSize] = [inputs, 2 * outputs, totalParams].map((n) => (n * 4) / 1024 ** 2);
  return [
    THIN,
    formatRow("Layer (type)", "Output Shape", "Param #"),
    THICK,
    ...rows.map((row) => formatRow(row.layer, formatShapes(row), thousands(row.params))),
    THICK,
    `Total params: ${thousands(totalParams)}`,
    `Trainable params: ${thousands(trainableParams)}`,
    `Non-trainable params: ${thousands(totalParams - trainableParams)}`,
    THIN,
    `Input size (MB): ${pythonFixed(inputSize!, 2)}`,
    `Forward/backward pass size (MB): ${pythonFixed(outputSize!, 2)}`,
    `Params size (MB): ${pythonFixed(paramsSize!, 2)}`,
    `Estimated Total Size (MB): ${pythonFixed(paramsSize! + outputSize! + inputSize!, 2)}`,
    THIN,
  ].join("\n");
}

function formatRow(layer: string, output: string, params: string): string {
  return `${layer.padStart(20)}  ${output.padStart(25)} ${params.padStart(15)}`;
}

function formatShapes({ outputs, several }: SummaryRow): string {
  const shapes = outputs.map((shape) => `[${shape.join(", ")}]`).join(", ");
  return several ? `[${shapes}]` : shapes;
}
