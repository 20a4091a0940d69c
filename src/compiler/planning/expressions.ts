/** What nodes are inside loops: expressions that are computed there, or loads from memory. */
import type { Node } from "../../graph/node.js";
import type { ElementwiseCode } from "../../graph/op.js";
import type { Shape } from "../../graph/shape.js";
import type { LoopValue } from "../../kernels/loop-nest.js";
import { positionStrides } from "../../kernels/loop.js";
import { broadcastView, type BufferView } from "../../kernels/views.js";
import { lanesOf, promote } from "../../ops/elementwise.js";
import * as ops from "../../ops/index.js";
import { v, type Expr, type Lanes } from "../../wasm/expressions.js";
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
  private readonly floats = new ValueTable();

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
    if (ops.constant.is(node)) return { kind: "constant", value: node.attrs.value, lanes: lanesOf(node.dtype) };
    const { lowering } = node.op;
    if (lowering.kind === "elementwise") {
      const operands = lowering.takesMask ? node.inputs.slice(1) : node.inputs;
      const { args, lanes } = this.argumentsOf(operands, lowering, domain);
      if (lowering.takesMask) args.unshift(this.maskOf(node.inputs[0]!, domain));
      return { kind: "apply", args, vector: (values) => lowering.vector(values, node.attrs, lanes) };
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
    const lanes = lanesOf(nodes[0]!.dtype);
    return { kind: "apply", args, vector: ([x, y]) => v.op(`${lanes}.add`, x!, y!) };
  }

  /** Operands as an op takes them: int32 as it is if all of them are and the op computes with it, otherwise float32. */
  private argumentsOf(
    operands: readonly Node[],
    { integers }: Pick<ElementwiseCode<unknown>, "integers">,
    domain: Shape,
  ): { args: LoopValue[]; lanes: Lanes } {
    const lanes = lanesOf(integers ? promote(operands) : "float32");
    const args = operands.map((operand) =>
      lanesOf(operand.dtype) === lanes ? this.valueOf(operand, domain) : this.floatOf(operand, domain),
    );
    return { args, lanes };
  }

  /** An int32 node, converted to float32. */
  private floatOf(node: Node, domain: Shape): LoopValue {
    return this.floats.get(domain, node, () => {
      if (ops.constant.is(node)) return { kind: "constant", value: node.attrs.value, lanes: "f32x4" };
      const args = [this.valueOf(node, domain)];
      return { kind: "apply", args, vector: ([x]) => v.op("f32x4.convert", x!) };
    });
  }

  /** Where a condition is not zero, as a mask. A comparison gives its mask directly. */
  private maskOf(condition: Node, domain: Shape): LoopValue {
    return this.masks.get(domain, condition, () => {
      const { lowering } = condition.op;
      if (lowering.kind === "elementwise" && lowering.mask && this.memory.isComputedInLoops(condition)) {
        const { args, lanes } = this.argumentsOf(condition.inputs, lowering, domain);
        return { kind: "apply", args, vector: (values) => lowering.mask!(values, lanes) };
      }
      const isSet = ([x]: readonly Expr[]): Expr => v.op(`${lanesOf(condition.dtype)}.ne`, x!, v.const(0));
      return { kind: "apply", args: [this.valueOf(condition, domain)], vector: isSet };
    });
  }
}
