/**
 * A network's computation as plain data: the graph of its forward pass, built but not computed. The graph is built for
 * several batch sizes. Whatever differs between them (a shape, the end of a slice) follows the batch size, so an
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
import { evaluation, type Mode } from "../trace/lazy-call.js";
import type { ModuleCall } from "../trace/module-calls.js";
import { BATCHES, passesOf, type Passes } from "./passes.js";
import { fuse } from "./recognition.js";
import { mayFollowBatch, refuse, valuesInOrder, type Sizes, type Value } from "./value.js";

export interface Trace {
  /** The value with op "input"; float32 [N,C,H,W]. */
  readonly input: Value;
  readonly output: Value;
  /** The calls of modules, in the order in which they ended. */
  readonly calls: readonly ModuleCall<Value>[];
}

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
  const { all, drewNumbers } = passesOf(model, inputSize, mode, gradients);
  const traced = new Merger(all, names).merge();
  if (mode === evaluation) refuseDropout(traced.output);
  if (drewNumbers) refuseDecisions(traced.output);
  return traced;
}

/** Refuses random numbers that the output does not show: a branch may have depended on them. */
function refuseDecisions(output: Value): void {
  if (valuesInOrder(output).some(({ op }) => ["live", "random", "dropout", "dropout2d"].includes(op))) return;
  throw new ArgumentError({
    op: "export",
    problem:
      "forward draws random numbers that are not part of its output: the exported network would keep what it did once",
    hint: "draw them once, in the constructor, or use nn.Dropout",
  });
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

/** Merges two passes into one computation, node by node. */
class Merger {
  private readonly values = new Map<Node, Value>();

  constructor(
    private readonly passes: Passes["all"],
    private readonly names: ReadonlyMap<Variable, string>,
  ) {}

  merge(): Trace {
    const [first, ...others] = this.passes;
    const order = topologicalOrder([first.output]);
    const otherOrders = others.map(({ output }) => topologicalOrder([output]));
    const places = new Map([order, ...otherOrders].flatMap((nodes) => nodes.map((node, at) => [node, at] as const)));
    order.forEach((node, at) => {
      const module = first.calls.moduleOf(node);
      const twins = otherOrders.map((nodes) => nodes[at]);
      if (!twins.every((twin) => twin && isSameStep(node, twin, places))) {
        refuse(
          { op: node.op.name, module },
          "the network computes something different for a different batch size, or from call to call",
        );
      }
      this.values.set(node, this.value(node, twins as Node[], module));
    });
    if (otherOrders.some((nodes) => nodes.length !== order.length)) {
      refuse({ op: first.output.op.name, module: "" }, "the network does more for a different batch size");
    }
    const input = this.values.get(first.input);
    if (!input) {
      throw new ArgumentError({ op: "export", problem: "the network's output does not depend on its input" });
    }
    const calls = first.calls.list((node) => this.values.get(node));
    return { input, output: this.values.get(first.output)!, calls };
  }

  private value(node: Node, twins: readonly Node[], module: string): Value {
    const place = { op: node.op.name, module };
    const all = [node, ...twins];
    const shape = mergeSizes(
      place,
      all.map((each) => each.shape),
    ) as Sizes;
    const { dtype, requiresGrad } = node;
    const base = { shape, dtype, requiresGrad, module, inputs: [] as Value[], attrs: {} };
    if (node === this.passes[0].input) return { ...base, op: "input" };
    if (variable.is(node)) return this.variable(node, base);
    // Values that are drawn anew in each pass, such as a dropout's key, differ between passes.
    if (all.every((each) => each.supply)) return { ...base, op: "live" };
    if (node.value !== undefined) {
      if (twins.some((twin) => twin.value === undefined || !sameElements(node.value!, twin.value))) {
        refuse(place, "its elements depend on the batch size or change from call to call");
      }
      return { ...base, op: "data", data: node.value };
    }
    const attrs = mergeSizes(
      place,
      all.map((each) => each.attrs),
    );
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

/** Whether two passes do the same at this place: the same op on the same operands, or the same variable. */
function isSameStep(node: Node, twin: Node, places: ReadonlyMap<Node, number>): boolean {
  if (node.op !== twin.op || node.inputs.length !== twin.inputs.length) return false;
  if (variable.is(node) && variable.is(twin)) return node.attrs.variable === twin.attrs.variable;
  return node.inputs.every((input, i) => places.get(input) === places.get(twin.inputs[i]!));
}

/** Whether any number in merged attributes is a multiple of the batch size. */
function follows(merged: unknown): boolean {
  if (typeof merged !== "object" || merged === null) return false;
  return "perImage" in merged || Object.values(merged).some(follows);
}

function sameElements(a: HostArray, b: HostArray): boolean {
  return a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
}

/** Merges the attributes or shapes of all passes: a number that differs must be a multiple of the batch size. */
function mergeSizes(place: Parameters<typeof refuse>[0], parts: readonly unknown[]): unknown {
  const [first] = parts;
  if (parts.every((part) => Object.is(part, first))) return first;
  if (parts.every((part) => typeof part === "number")) {
    const [perImage, ...others] = parts.map((part, i) => part / BATCHES[i]!);
    if (others.every((other) => other === perImage)) return { perImage };
    const seen = parts.map((part, i) => `${part} for ${BATCHES[i]} images`).join(", ");
    return refuse(place, `it depends on the batch size, or changes from call to call: ${seen}`);
  }
  if (
    parts.every((part) => Array.isArray(part)) &&
    parts.every(({ length }) => length === (first as unknown[]).length)
  ) {
    return (first as unknown[]).map((_, i) =>
      mergeSizes(
        place,
        parts.map((part) => (part as unknown[])[i]),
      ),
    );
  }
  if (parts.every((part) => typeof part === "object" && part !== null && !Array.isArray(part))) {
    const records = parts as readonly Readonly<Record<string, unknown>>[];
    return Object.fromEntries(
      Object.keys(records[0]!).map((key) => [
        key,
        mergeSizes(
          place,
          records.map((record) => record[key]),
        ),
      ]),
    );
  }
  return refuse(place, "it changes with the batch size, or from call to call");
}
