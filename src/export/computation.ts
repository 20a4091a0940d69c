/**
 * A network's computation as plain data: the graph of its forward pass, built but not computed. The graph is built for
 * two batch sizes. Whatever differs between the two (a shape, the end of a slice) follows the batch size, so an
 * exported network takes batches of any size. The graph does not depend on the style in which the network is written
 * (modules, functional calls, residual additions).
 */
import { ArgumentError } from "../errors/errors.js";
import { topologicalOrder, type HostArray, type Node, type VariableNode } from "../graph/node.js";
import type { Variable } from "../graph/variable.js";
import type { Module } from "../nn/index.js";
import { variable } from "../ops/leaf.js";
import type { Shape } from "../graph/shape.js";
import { noGrad } from "../graph/grad-mode.js";
import { callLazily, evaluation, type Mode } from "../trace/lazy-call.js";
import { fuse } from "./recognition.js";
import { ModuleCalls, type ModuleCall } from "../trace/module-calls.js";
import { mayFollowBatch, refuse, valuesInOrder, type Sizes, type Value } from "./value.js";

export interface Trace {
  /** The value with op "input"; float32 [N,C,H,W]. */
  readonly input: Value;
  readonly output: Value;
  /** The calls of modules, in the order in which they ended. */
  readonly calls: readonly ModuleCall<Value>[];
}

/** The batch sizes for which the graph is built. */
const BATCHES = [2, 3] as const;

/**
 * @param model takes one tensor and returns one tensor; its modes and buffers stay as they are
 * @param inputSize the size of one image, without the batch: [C,H,W]
 * @param mode which modules behave as they do in training
 * @param gradients `enableGrad` to know where gradients flow
 * @throws ArgumentError if dropout ignores the training mode, or if the computation depends on the batch size in a way
 *   that cannot be expressed
 */
export function trace(model: Module, inputSize: Shape, mode: Mode = evaluation, gradients = noGrad): Trace {
  // Reading a tensor computes what is pending, so every parameter becomes a leaf of the graph.
  const names = new Map<Variable, string>();
  for (const [name, { variable }] of model.stateDict()) if (variable && !names.has(variable)) names.set(variable, name);
  for (const [, held] of model.stateDict()) held.data();
  const [first, second] = BATCHES.map((batch) => forward(model, inputSize, mode, batch, gradients));
  const traced = new Merger(first!, second!, names).merge();
  if (mode === evaluation) refuseDropout(traced.output);
  return traced;
}

function refuseDropout(output: Value): void {
  for (const value of valuesInOrder(output)) {
    if (value.op !== "dropout" && value.op !== "dropout2d") continue;
    refuse(
      value,
      "it also drops elements in evaluation",
      "drop elements only in training: F.dropout(x, p, this.training)",
    );
  }
}

interface Pass {
  readonly input: Node;
  readonly output: Node;
  readonly calls: ModuleCalls;
}

function forward(model: Module, inputSize: Shape, mode: Mode, batch: number, gradients: typeof noGrad): Pass {
  const calls = new ModuleCalls(model);
  try {
    const { inputs, outputs } = callLazily(model, [inputSize], mode, batch, gradients);
    if (outputs.length === 1) return { input: inputs[0]!.node, output: outputs[0]!.node, calls };
  } finally {
    calls.stop();
  }
  throw new ArgumentError({
    op: "export",
    problem: `the network ${model.constructor.name} does not return exactly one tensor`,
    expected: "a forward that takes one tensor and returns one",
  });
}

/** Merges two passes into one computation, node by node. */
class Merger {
  private readonly values = new Map<Node, Value>();

  constructor(
    private readonly first: Pass,
    private readonly second: Pass,
    private readonly names: ReadonlyMap<Variable, string>,
  ) {}

  merge(): Trace {
    const [a, b] = [topologicalOrder([this.first.output]), topologicalOrder([this.second.output])];
    a.forEach((node, at) => {
      const twin = b[at];
      const module = this.first.calls.moduleOf(node);
      if (!twin || twin.op !== node.op || a.length !== b.length) {
        refuse({ op: node.op.name, module }, "the network computes something different for a different batch size");
      }
      this.values.set(node, this.value(node, twin, module));
    });
    const input = this.values.get(this.first.input);
    if (!input) {
      throw new ArgumentError({ op: "export", problem: "the network's output does not depend on its input" });
    }
    const calls = this.first.calls.list((node) => this.values.get(node));
    return { input, output: this.values.get(this.first.output)!, calls };
  }

  private value(node: Node, twin: Node, module: string): Value {
    const place = { op: node.op.name, module };
    const shape = mergeSizes(place, node.shape, twin.shape) as Sizes;
    const { dtype, requiresGrad } = node;
    const base = { shape, dtype, requiresGrad, module, inputs: [] as Value[], attrs: {} };
    if (node === this.first.input) return { ...base, op: "input" };
    if (variable.is(node)) return this.variable(node, base);
    // Values that are drawn anew in each pass, such as a dropout's key, differ between the two.
    if (node.supply && twin.supply) return { ...base, op: "live" };
    if (node.value !== undefined) {
      if (twin.value === undefined || !sameElements(node.value, twin.value)) {
        refuse(place, "its elements depend on the batch size or change from call to call");
      }
      return { ...base, op: "data", data: node.value };
    }
    const attrs = mergeSizes(place, node.attrs, twin.attrs);
    if (!mayFollowBatch(place.op) && follows(attrs)) refuse(place, "its attributes depend on the batch size");
    const inputs = node.inputs.map((input) => this.values.get(input)!);
    // The attributes match the op's name, but TypeScript cannot know that for a node of an unknown op.
    return fuse({ ...base, ...place, attrs, inputs } as Value);
  }

  /** A variable that does not belong to the network is a constant. */
  private variable({ attrs: { variable }, requiresGrad }: VariableNode, base: Omit<Value<"data">, "op">): Value {
    const data = variable.read();
    const name = this.names.get(variable);
    if (name === undefined) return { ...base, op: "data", data };
    return { ...base, op: "variable", attrs: { name, isTrained: requiresGrad }, data };
  }
}

/** Whether any number in merged attributes is a multiple of the batch size. */
function follows(merged: unknown): boolean {
  if (typeof merged !== "object" || merged === null) return false;
  return "perImage" in merged || Object.values(merged).some(follows);
}

function sameElements(a: HostArray, b: HostArray): boolean {
  return a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
}

/** Merges the attributes or shapes of the two passes: a number that differs must be a multiple of the batch size. */
function mergeSizes(place: Parameters<typeof refuse>[0], a: unknown, b: unknown): unknown {
  if (typeof a === "number" && typeof b === "number") {
    if (Object.is(a, b)) return a;
    const perImage = a / BATCHES[0];
    if (perImage === b / BATCHES[1]) return { perImage };
    return refuse(place, `it depends on the batch size: ${a} for ${BATCHES[0]} images, ${b} for ${BATCHES[1]}`);
  }
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    return a.map((part, i) => mergeSizes(place, part, b[i]));
  }
  if (typeof a === "object" && typeof b === "object" && a !== null && b !== null) {
    return Object.fromEntries(
      Object.entries(a).map(([key, part]) => [key, mergeSizes(place, part, (b as Record<string, unknown>)[key])]),
    );
  }
  return a === b ? a : refuse(place, "it changes with the batch size");
}
