/**
 * From the user's graph to the graph that is planned. Composites are taken apart, rewrites.ts simplifies the graph and
 * reduces the many forms of convolution and pooling to a few, and equal nodes are merged into one.
 */
import { noGrad } from "../../graph/grad-mode.js";
import { Node, topologicalOrder } from "../../graph/node.js";
import { ageOf, constant, variable } from "../../ops/leaf.js";
import { rewrites } from "./rewrites.js";
import { asParts } from "./unpooling.js";

/** The lowered nodes of `roots`, in their order. */
export function lower(roots: readonly Node[]): Node[] {
  return noGrad(() => {
    const lowering = new Lowering();
    return roots.map((root) => lowering.lower(asParts(lowering.lower(root))));
  });
}

/** A key that differs between two nodes of the same op if their attributes differ. */
function attributesKey(node: Node): string {
  const op = node.op;
  return op.key ? op.key(node.attrs) : JSON.stringify(node.attrs, asWords);
}

/** Writes numbers as words if JSON does not tell them apart: it writes the infinities and NaN as null, and −0 as 0. */
function asWords(_: string, value: unknown): unknown {
  if (typeof value !== "number" || (Number.isFinite(value) && !Object.is(value, -0))) return value;
  return Object.is(value, -0) ? "-0" : String(value);
}

class Lowering {
  /** Nodes, and what they are lowered to. A lowered node is lowered to itself, so that a graph is visited only once. */
  private readonly done = new Map<Node, Node>();
  private readonly interned = new Map<string, Node>();
  private readonly numbers = new Map<Node, number>();

  lower(root: Node): Node {
    for (const node of topologicalOrder([root], false, this.done)) {
      const lowered = this.lowerOne(node);
      this.done.set(node, lowered).set(lowered, lowered);
    }
    return this.done.get(root)!;
  }

  private lowerOne(node: Node): Node {
    if (node.value !== undefined || node.op.lowering.kind === "leaf") return this.intern(node);
    const inputs = node.inputs.map((input) => this.done.get(input)!);
    if (node.op.lowering.kind === "composite") return this.lower(node.op.lowering.build(inputs, node.attrs));
    const same = inputs.every((input, i) => input === node.inputs[i]);
    const rebuilt = same ? node : new Node(node.op, inputs, node.attrs, node.shape, node.dtype, false);
    const rewritten = rewrites(rebuilt);
    return rewritten ? this.lower(rewritten) : this.intern(rebuilt);
  }

  private intern(node: Node): Node {
    const key = this.keyOf(node);
    if (key === undefined) return node;
    const present = this.interned.get(key);
    if (present) return present;
    this.interned.set(key, node);
    return node;
  }

  private keyOf(node: Node): string | undefined {
    if (node.value !== undefined) return undefined;
    const look = `${node.op.name}(${attributesKey(node)})${node.dtype}[${node.shape.join(",")}]`;
    if (constant.is(node)) return look;
    if (variable.is(node)) return `${look}#${this.numberOf(node.attrs.variable)}@${ageOf(node)}`;
    return `${look}:${node.inputs.map((input) => this.numberOf(input)).join(",")}`;
  }

  private numberOf(thing: object): number {
    const numbers = this.numbers as Map<object, number>;
    let number = numbers.get(thing);
    if (number === undefined) numbers.set(thing, (number = numbers.size));
    return number;
  }
}
