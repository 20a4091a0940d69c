/**
 * Determines a layer's kind from its nodes, so that a function and a module that compute the same are the same kind.
 */
import { topologicalOrder, type Node } from "../graph/node.js";
import { sizeOf } from "../graph/shape.js";
import type { Variable } from "../graph/variable.js";
import * as ops from "../ops/index.js";
import { randomMask } from "./function-groups.js";
import type { LayerDetail, LayerKind } from "./layer.js";
import { layerOf } from "./op-layers.js";
import { poolingDetail, unevenPooling } from "./uneven-pooling.js";

/** A layer's nodes, and what is known about the network around them. */
export interface Material {
  readonly nodes: readonly Node[];
  /** Whether a node depends on the network's inputs. */
  readonly isActive: (node: Node) => boolean;
  /** Whether a variable is trained; all others are buffers. */
  readonly isParameter: (variable: Variable) => boolean;
}

/** What one node reveals about its layer. */
interface Finding {
  readonly detail: LayerDetail;
  /** The name of a function of this kind. */
  readonly functionName: string;
  readonly weighty: boolean;
}

/**
 * If there are several findings, weighty ones come before all others, and among the rest the first one listed here
 * counts.
 */
const ORDER: readonly LayerKind[] = [
  "conv",
  "linear",
  "batchNorm",
  "norm",
  "pool",
  "softmax",
  "dropout",
  "activation",
  "cat",
  "add",
];

/** A layer's detail, and its name if it is a function. */
export function classify(material: Material): { readonly detail: LayerDetail; readonly functionName: string } {
  const { nodes } = material;
  const [first, ...others] = findings(material);
  if (first) return others.reduce((best, other) => (rank(other) < rank(best) ? other : best), first);
  const isView = nodes.every(({ op }) => op.lowering.kind === "view");
  return { detail: { kind: isView ? "reshape" : "other" }, functionName: nodes.at(-1)?.op.name ?? "identity" };
}

function rank({ detail, weighty }: Finding): number {
  return ORDER.indexOf(detail.kind) - (weighty ? ORDER.length : 0);
}

/** What each node reveals; an uneven pooling as a whole. */
function findings(material: Material): Finding[] {
  const poolings = material.nodes.flatMap((node) => {
    const pooling = unevenPooling(node);
    return pooling ? [{ ...pooling, finding: plainly("adaptiveAvgPool2d", poolingDetail(pooling.source, node)) }] : [];
  });
  const own = material.nodes.filter((node) => !poolings.some(({ nodes }) => nodes.has(node)));
  return [...poolings.map(({ finding }) => finding), ...own.flatMap((node) => find(node, material) ?? [])];
}

/** What the node's op says, unless its inputs make it something else. */
function find(node: Node, material: Material): Finding | undefined {
  const own = fromOp(node, material);
  if (own?.weighty) return own.detail.kind === "conv" ? withWeights(own, own.detail, node) : own;
  if (readsBuffer(node, material)) return plainly("batchNorm", { kind: "batchNorm" });
  if (isNormalizing(node)) return plainly("norm", { kind: "norm" });
  const mask = randomMask(node, material.isActive);
  if (mask) return plainly("dropout", { kind: "dropout", p: probability(mask) });
  return own;
}

/** Adds what is done with a convolution's weights before it uses them. */
function withWeights(own: Finding, detail: Extract<LayerDetail, { kind: "conv" }>, { inputs }: Node): Finding {
  const normalizesWeights = topologicalOrder([inputs[1]!]).some(isNormalizing);
  return normalizesWeights ? { ...own, detail: { ...detail, normalizesWeights } } : own;
}

function plainly(functionName: string, detail: LayerDetail): Finding {
  return { detail, functionName, weighty: false };
}

function fromOp(node: Node, { isActive }: Material): Finding | undefined {
  const { detail: detailOf, functionName = node.op.name, weighty = false } = layerOf(node) ?? {};
  const detail = detailOf?.(isActive);
  return detail && { detail, functionName, weighty };
}

/** Whether a node reads variables that are not trained: running statistics. */
function readsBuffer({ inputs }: Node, { isActive, isParameter }: Material): boolean {
  return inputs.some((input) => !isActive(input) && variablesOf(input).some((variable) => !isParameter(variable)));
}

/**
 * Whether a node divides by the root of a mean square, or multiplies with its inverse, as every hand-written norm does.
 * Between the root and the sum that it is taken of, values are broadcast, so there are fewer of them.
 */
function isNormalizing({ op, inputs, shape }: Node): boolean {
  if (op !== ops.div.op && op !== ops.mul.op) return false;
  /** What a broadcast operand is computed from, as far as it has fewer elements than the result. */
  const smallBefore = (from: readonly Node[]): Node[] => {
    const found = new Set<Node>();
    const waiting = [...from];
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      if (found.has(node) || !(ops.expand.is(node) || sizeOf(node.shape) < sizeOf(shape))) continue;
      found.add(node);
      waiting.push(...node.inputs);
    }
    return [...found];
  };
  const roots = smallBefore(inputs).filter((node) => ops.sqrt.is(node) || ops.rsqrt.is(node));
  return smallBefore(roots).some(ops.sum.is);
}

/** The variables from which a node is computed. */
export function variablesOf(node: Node): Variable[] {
  return topologicalOrder([node])
    .filter(ops.variable.is)
    .map(({ attrs }) => attrs.variable);
}

/** The p of a dropout, read from the mask, which compares random numbers with p or with 1 − p; NaN if it does not. */
function probability(mask: Node): number {
  for (const node of topologicalOrder([mask])) {
    const [left, right] = node.inputs;
    if (!left || !right || !ops.constant.is(right)) continue;
    if (ops.ge.is(node) || ops.gt.is(node)) return right.attrs.value;
    if (ops.le.is(node) || ops.lt.is(node)) return 1 - right.attrs.value;
  }
  return NaN;
}
