/** Looks at a network without computing anything: what `kilograd inspect` shows, as data. */
import { checked } from "../errors/signature.js";
import type { Node } from "../graph/node.js";
import type { AnyModule, Module } from "../nn/index.js";
import { DropoutBase } from "../nn/layers/dropout.js";
import { sizeOf, type Shape } from "../graph/shape.js";
import { networkParameters } from "../trace/kinds.js";
import { BATCH, sizesOf, type InputSizes } from "../trace/lazy-call.js";
import { followBatch, type BatchAxis } from "./batch-axis.js";
import { classify, variablesOf, type Material } from "./layer-kinds.js";
import type { Inspection, Layer, LayerDetail } from "./layer.js";
import { layerOf } from "./op-layers.js";
import { followFields, type ReceptiveFields } from "./receptive-field.js";
import { traceNetwork, type Step, type Trace } from "./steps.js";

const BYTES = 4;

/**
 * Lists the layers of a network in the order in which they are called, with shapes, parameters, multiply-adds, memory
 * and receptive fields. Functions (`F.relu`, `x.view`, an addition) are layers as well. Nothing is computed, and
 * nothing about the network changes.
 * @param model the network
 * @param inputSize the input's size without the batch, or a list of sizes for several inputs
 * @returns the layers, and totals
 * @throws ShapeError if the network cannot take such inputs, ArgumentError for an argument of another kind
 * @function
 * @example
 * const { layers } = inspectNetwork(new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.MaxPool2d(2)), [1, 28, 28]);
 * layers[2].outputs; // [[8, 13, 13]]
 * layers[2].field![0]; // { size: 4, jump: 2, start: 2, count: 13 }
 */
export const inspectNetwork: (model: AnyModule, inputSize: InputSizes) => Inspection = checked(
  "inspectNetwork",
  networkParameters,
  ({ model, inputSize }) => inspect(model, inputSize),
);

function inspect(model: Module, inputSize: InputSizes): Inspection {
  const trace = traceNetwork(model, sizesOf(inputSize));
  const layers = describeLayers(model, trace);
  const { producers } = layers;
  const total = (of: (layer: Layer) => number): number => layers.list.reduce((sum, layer) => sum + of(layer), 0);
  return {
    layers: layers.list,
    neverCalled: trace.neverCalled,
    outputs: [...new Set(trace.outputs.flatMap((node) => producers.get(node) ?? []))],
    parameters: [...model.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0),
    multiplyAdds: total(({ multiplyAdds }) => multiplyAdds),
    activationBytes: total(({ activationBytes }) => activationBytes),
  };
}

interface Described {
  readonly list: readonly Layer[];
  /** The position of the last layer that has returned a node. */
  readonly producers: ReadonlyMap<Node, number>;
}

function describeLayers(model: Module, trace: Trace): Described {
  const context = makeContext(model, trace);
  const list: Layer[] = trace.inputs.map((node, i) => inputLayer(node, i, context));
  const producers = new Map(trace.inputs.map((node, i) => [node, i]));
  const firstUse = new Map<string, number>();
  for (const step of trace.steps) {
    const position = list.length;
    const from = [...new Set(step.inputs.flatMap((node) => producers.get(node) ?? []))];
    const variables = [...new Set(step.nodes.flatMap((node) => trainedBy(node, context)))];
    const key = variables.map((variable) => context.parameters.get(variable)).join();
    const shares = key === "" ? null : (firstUse.get(key) ?? null);
    if (shares === null) firstUse.set(key, position);
    const parameters = variables.reduce((sum, { size }) => sum + size, 0);
    list.push({ ...describe(step, context), from, parameters, shares });
    for (const node of [...step.nodes, ...step.outputs]) producers.set(node, position);
  }
  return { list, producers };
}

interface Context extends Omit<Material, "nodes"> {
  readonly fields: ReceptiveFields;
  readonly batchAxis: (node: Node) => BatchAxis;
  /** The position of each parameter's variable in the network. */
  readonly parameters: ReadonlyMap<unknown, number>;
  readonly paths: ReadonlyMap<Module, string>;
}

function makeContext(model: Module, { inputs, order, active }: Trace): Context {
  const parameters = new Map([...model.parameters()].map(({ variable }, i) => [variable, i] as const));
  return {
    isActive: (node) => active.has(node),
    isParameter: (variable) => parameters.has(variable),
    fields: followFields(order, inputs),
    batchAxis: followBatch(order, inputs),
    parameters,
    paths: new Map([...model.namedModules()].map(([path, module]) => [module, path])),
  };
}

function trainedBy(node: Node, { isActive, isParameter }: Context) {
  const passive = node.inputs.filter((input) => !isActive(input));
  return passive.flatMap(variablesOf).filter(isParameter);
}

function inputLayer(node: Node, i: number, { fields }: Context): Layer {
  return {
    kind: "input",
    name: i === 0 ? "input" : `input ${i + 1}`,
    path: null,
    from: [],
    outputs: [perImage(node)],
    parameters: 0,
    shares: null,
    multiplyAdds: 0,
    activationBytes: BYTES * sizeOf(perImage(node)),
    field: fields.fields.get(node) ?? null,
    batchAxis: 0,
    branches: null,
  };
}

function describe(step: Step, context: Context): Omit<Layer, "from" | "parameters" | "shares"> & LayerDetail {
  const { module, nodes, outputs } = step;
  const { fields, conflicts } = context.fields;
  const { detail, functionName } = classify({ ...context, nodes });
  const isView = nodes.every(({ op }) => op.lowering.kind === "view");
  const conflict = nodes.map((node) => conflicts.get(node)).find((branches) => branches !== undefined);
  return {
    ...(module ? refine(module, detail) : detail),
    name: module?.constructor.name ?? functionName,
    path: module ? (context.paths.get(module) ?? null) : null,
    outputs: outputs.map(perImage),
    multiplyAdds: nodes.reduce((sum, node) => sum + multiplyAddsOf(node), 0),
    activationBytes: isView ? 0 : BYTES * outputs.reduce((sum, node) => sum + sizeOf(perImage(node)), 0),
    field: outputs[0] ? (fields.get(outputs[0]) ?? null) : null,
    batchAxis: outputs[0] ? context.batchAxis(outputs[0]) : null,
    branches: conflict ?? null,
  };
}

/** A dropout that drops nothing leaves no trace in the graph. */
function refine(module: Module, detail: LayerDetail): LayerDetail {
  return module instanceof DropoutBase ? { kind: "dropout", p: module.p } : detail;
}

/** Counts multiply-adds for one image. */
function multiplyAddsOf(node: Node): number {
  return (layerOf(node)?.multiplyAdds ?? 0) / BATCH;
}

function perImage({ shape }: Node): Shape {
  return shape.slice(1);
}
