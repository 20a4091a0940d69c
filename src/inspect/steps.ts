/**
 * Cuts a network's forward pass into layers: each call of a module without submodules is one, and so is each function
 * outside such a call (`F.relu`, `x.view`, an addition). Nodes of the lazy graph that depend on the inputs belong to a
 * layer. Nodes that are computed only from parameters (a reshaped bias) belong to the layer that uses them.
 */
import { topologicalOrder, type Node } from "../graph/node.js";
import { ModuleList, Sequential, type Module } from "../nn/index.js";
import type { Shape } from "../graph/shape.js";
import * as ops from "../ops/index.js";
import { tensorsIn } from "../tensor/tensors-in.js";
import { callLazily, withDropout } from "../trace/lazy-call.js";
import { CalledModules } from "../trace/called-modules.js";
import { fuses } from "./function-groups.js";
import { layerOf } from "./op-layers.js";
import { unevenPooling } from "./uneven-pooling.js";

/** A layer's nodes, inputs before users. */
export interface Step {
  /** Null for a function. */
  readonly module: Module | null;
  readonly nodes: Node[];
  /** The nodes of other steps and the inputs of the network that it reads, without repeats. */
  readonly inputs: readonly Node[];
  /** Its outputs: its last nodes, or the input's node for a module that returns its input. */
  readonly outputs: readonly Node[];
}

export interface Trace {
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
  /** All nodes that the outputs and the calls need, inputs before users. */
  readonly order: readonly Node[];
  /** The nodes that depend on the inputs. */
  readonly active: ReadonlySet<Node>;
  /** In call order. */
  readonly steps: readonly Step[];
  /** The paths of modules that are never called. */
  readonly neverCalled: readonly string[];
}

/** A call of a module, as seen by its hook. */
interface Call {
  readonly module: Module;
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
}

/** @param sizes the inputs' sizes, without the batch */
export function traceNetwork(model: Module, sizes: readonly Shape[]): Trace {
  const calls: Call[] = [];
  const hooks = [...model.modules()]
    .filter((module) => module !== model && isLeaf(module))
    .map((module) =>
      module.registerForwardHook((_, inputs, output) => {
        calls.push({ module, inputs: nodesIn(inputs), outputs: nodesIn(output) });
      }),
    );
  const called = new CalledModules(model);
  try {
    const call = callLazily(model, sizes, withDropout);
    called.addUsedBy(call.outputs);
    return { ...cut(nodesIn(call.inputs), nodesIn(call.outputs), calls), neverCalled: called.idle() };
  } finally {
    called.stop();
    for (const hook of hooks) hook.remove();
  }
}

function isLeaf(module: Module): boolean {
  return [...module.children()].length === 0 && !(module instanceof Sequential) && !(module instanceof ModuleList);
}

function nodesIn(value: unknown): Node[] {
  return tensorsIn(value).map(({ node }) => node);
}

function cut(inputs: readonly Node[], outputs: readonly Node[], calls: readonly Call[]): Omit<Trace, "neverCalled"> {
  const order = topologicalOrder([...outputs, ...calls.flatMap((call) => call.outputs)]);
  const active = new Set<Node>(inputs);
  for (const node of order) if (node.inputs.some((input) => active.has(input))) active.add(node);
  const owner = new Map<Node, Step>();
  const modules = calls.flatMap((call) => moduleStep(call, active, owner) ?? []);
  const computed = order.filter((node) => active.has(node) && !inputs.includes(node));
  const functions = functionSteps(
    computed.filter((node) => !owner.has(node)),
    computed,
    active,
    new Set(outputs),
  );
  for (const step of functions) for (const node of step.nodes) owner.set(node, step);
  return { inputs, outputs, order, active, steps: inCallOrder([...modules, ...functions], modules, owner) };
}

/** The step of a call: the nodes between its inputs and its outputs. */
function moduleStep(
  { module, inputs, outputs }: Call,
  active: ReadonlySet<Node>,
  owner: Map<Node, Step>,
): Step | undefined {
  const own = new Set<Node>();
  const visit = (node: Node): void => {
    const isFromOutside = !active.has(node) || node.inputs.length === 0 || inputs.includes(node) || owner.has(node);
    if (isFromOutside || own.has(node)) return;
    node.inputs.forEach(visit);
    own.add(node);
  };
  outputs.forEach(visit);
  const nodes = [...own];
  if (nodes.filter((node) => layerOf(node)?.weighty).length > 1) return undefined;
  const step = { module, nodes, inputs: nodes.length === 0 ? outputs : readBy(nodes, active), outputs };
  for (const node of nodes) owner.set(node, step);
  return step;
}

/** The functions, each with its auxiliary nodes (an added bias, a dropped axis). */
function functionSteps(
  nodes: readonly Node[],
  computed: readonly Node[],
  active: ReadonlySet<Node>,
  outputs: ReadonlySet<Node>,
): Step[] {
  const uses = new Map<Node, number>();
  for (const { inputs } of computed) for (const input of inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  const groups = new Map<Node, Node[]>();
  const heirs = new Map(nodes.flatMap((node) => partsOf(node, active).map((part) => [part, node] as const)));
  for (const node of nodes) {
    const heir = heirs.get(node) ?? node;
    if (heir !== node || groups.has(node)) {
      groups.set(node, groups.get(heir) ?? []);
      groups.get(node)!.push(node);
      groups.set(heir, groups.get(node)!);
      continue;
    }
    const before = node.inputs.filter((input) => active.has(input));
    const group = before.length === 1 && !outputs.has(before[0]!) ? groups.get(before[0]!) : undefined;
    if (group && uses.get(before[0]!) === 1 && fuses(group, node, (one) => active.has(one))) group.push(node);
    groups.set(node, group?.includes(node) ? group : [node]);
  }
  return [...new Set(groups.values())].map((group) => ({
    module: null,
    nodes: group,
    inputs: readBy(group, active),
    outputs: group.slice(-1),
  }));
}

/** What a node is computed from that belongs to the same function. */
function partsOf(node: Node, active: ReadonlySet<Node>): Node[] {
  return [...statisticsOf(node, active), ...(unevenPooling(node)?.nodes ?? [])].filter((part) => part !== node);
}

/** The statistics that a batch norm in training computes from its input: mean and variance. */
function statisticsOf(node: Node, active: ReadonlySet<Node>): Node[] {
  if (!ops.batchNorm.is(node)) return [];
  const [x, ...others] = node.inputs;
  const found = new Set<Node>();
  const visit = (part: Node): void => {
    if (part === x || !active.has(part) || found.has(part)) return;
    found.add(part);
    part.inputs.forEach(visit);
  };
  others.forEach(visit);
  return [...found];
}

function readBy(nodes: readonly Node[], active: ReadonlySet<Node>): Node[] {
  const own = new Set(nodes);
  const read = nodes.flatMap(({ inputs }) => inputs.filter((input) => active.has(input) && !own.has(input)));
  return [...new Set(read)];
}

/** Modules in call order; a function comes right before the first step that needs it. */
function inCallOrder(steps: readonly Step[], modules: readonly Step[], owner: ReadonlyMap<Node, Step>): Step[] {
  const ordered = new Set<Step>();
  const place = (step: Step): void => {
    if (ordered.has(step)) return;
    for (const input of step.inputs) if (owner.has(input)) place(owner.get(input)!);
    ordered.add(step);
  };
  modules.forEach(place);
  steps.forEach(place);
  return [...ordered];
}
