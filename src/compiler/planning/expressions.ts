/** What nodes are inside loops: expressions that are computed there, or loads from memory. */
import type { Node } from "../../graph/node.js";
import type { Shape } from "../../graph/shape.js";
import type { LoopValue } from "../../kernels/loop-nest.js";
import { positionStrides } from "../../kernels/loop.js";
import { broadcastView, type BufferView } from "../../kernels/views.js";
import * as ops from "../../ops/index.js";
import { v, type Expr } from "../../wasm/expressions.js";
import { ValueTable } from "./value-table.js";

/** Where nodes lie that are not computed inside the loops. */
interface Memory {
  /** Whether loops compute the node themselves instead of loading it. */
  isComputedInLoops(node: Node): boolean;
  viewOf(node: Node): BufferView;
}

export class Expressions {
  private readonly values = new ValueTable();
  private readonly masks = new ValueTable();

  constructor(private readonly memory: Memory) {}

  /** What a node is inside loops over `domain`. */
  valueOf(node: Node, domain: Shape): LoopValue {
    return this.values.get(domain, node, () =>
      ops.constant.is(node) || this.memory.isComputedInLoops(node)
        ? this.expression(node, domain)
        : { kind: "load", view: broadcastView(this.memory.viewOf(node), domain) },
    );
  }

  /** The expression that computes a node, whether or not the node has memory. */
  expression(node: Node, domain: Shape): LoopValue {
    if (ops.constant.is(node)) return { kind: "constant", value: node.attrs.value };
    const { lowering } = node.op;
    if (lowering.kind === "elementwise") {
      const args = node.inputs.map((input, i) =>
        i === 0 && lowering.takesMask ? this.maskOf(input, domain) : this.valueOf(input, domain),
      );
      return { kind: "apply", args, vector: (values) => lowering.vector(values, node.attrs) };
    }
    if (lowering.kind === "index") {
      const args = node.inputs.map((input) => this.valueOf(input, domain));
      const strides = positionStrides(node.shape, domain);
      return { kind: "position", strides, args, vector: (at, values) => lowering.vector(at, node.attrs, values) };
    }
    throw new Error(`${node.op.name} is not an expression`);
  }

  /** The sum of several nodes. They are added in pairs, which rounds less than adding one after the other. */
  sumOf(nodes: readonly Node[], domain: Shape): LoopValue {
    if (nodes.length === 1) return this.valueOf(nodes[0]!, domain);
    const half = Math.ceil(nodes.length / 2);
    const args = [this.sumOf(nodes.slice(0, half), domain), this.sumOf(nodes.slice(half), domain)];
    return { kind: "apply", args, vector: ([x, y]) => v.add(x!, y!) };
  }

  /** Where a condition is not zero, as a mask. A comparison gives its mask directly. */
  private maskOf(condition: Node, domain: Shape): LoopValue {
    return this.masks.get(domain, condition, () => {
      const { lowering } = condition.op;
      if (lowering.kind === "elementwise" && lowering.mask && this.memory.isComputedInLoops(condition)) {
        const args = condition.inputs.map((input) => this.valueOf(input, domain));
        return { kind: "apply", args, vector: lowering.mask };
      }
      const isSet = ([x]: readonly Expr[]): Expr => v.op("f32x4.ne", x!, v.const(0));
      return { kind: "apply", args: [this.valueOf(condition, domain)], vector: isSet };
    });
  }
}
