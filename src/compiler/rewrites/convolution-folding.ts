/**
 * If the channels of a convolution are then shifted and scaled by numbers that depend on variables alone, as batch norm
 * does in evaluation, they become a convolution with other weights and a bias:
 *
 *     (conv(x, w) + b − mean) · scale + shift  =  conv(x, w · scale) + ((b − mean) · scale + shift)
 *
 * In a program that changes no variable, the new weights and the bias are kept from run to run. In other programs they
 * would have to be computed each time, and in a training step batch norm depends on the convolution's results anyway.
 */
import { noGrad } from "../../graph/grad-mode.js";
import { Node, topologicalOrder } from "../../graph/node.js";
import { OpRules } from "../../graph/op-rules.js";
import * as ops from "../../ops/index.js";
import { shapesEqual, sizeOf } from "../../graph/shape.js";
import { fixedNodes } from "../planning/fixed.js";

/** conv2d(x, weight) + bias */
interface Biased {
  readonly convolution: Node<ops.ConvolutionAttrs>;
  readonly x: Node;
  readonly weight: Node;
  /** [1,O,1,1] */
  readonly bias: Node | undefined;
}

/** What a biased convolution becomes when an op is applied to it and c [1,O,1,1]. */
const rules = new OpRules<[of: Biased, c: Node], Biased>()
  .on(ops.add, (_, of, c) => ({ ...of, bias: of.bias ? ops.add(of.bias, c) : c }))
  .on(ops.sub, (_, of, c) => ({ ...of, bias: of.bias ? ops.sub(of.bias, c) : ops.neg(c) }))
  .on(ops.mul, (_, of, c) => ({
    ...of,
    weight: ops.mul(of.weight, ops.reshape(c, [c.shape[1]!, 1, 1, 1])),
    bias: of.bias && ops.mul(of.bias, c),
  }));

/**
 * Folds ops into convolutions wherever nothing else needs the values in between, and returns the new roots. This is done
 * before lowering, which takes poolings apart together with what they pool.
 */
export function foldIntoConvolutions(roots: readonly Node[]): Node[] {
  return noGrad(() => {
    const order = topologicalOrder(roots);
    const folding = new Folding(order, roots);
    for (const node of order) folding.visit(node);
    return roots.map((root) => folding.done.get(root)!);
  });
}

class Folding {
  /** What each node has become. */
  readonly done = new Map<Node, Node>();
  private readonly biased = new Map<Node, Biased>();
  private readonly fixed: ReadonlySet<Node>;
  private readonly uses = new Map<Node, number>();

  constructor(order: readonly Node[], roots: readonly Node[]) {
    this.fixed = fixedNodes(order);
    const used = order.flatMap((node) => (node.value === undefined ? node.inputs : []));
    for (const node of [...used, ...roots]) this.uses.set(node, (this.uses.get(node) ?? 0) + 1);
  }

  visit(node: Node): void {
    const biased = this.fold(node);
    if (biased) this.biased.set(node, biased);
    this.done.set(node, biased ? build(biased) : this.rebuilt(node));
  }

  private fold(node: Node): Biased | undefined {
    const [a, b] = node.inputs as [Node, Node];
    if (node.value !== undefined) return undefined;
    if (ops.conv2d.is(node)) {
      if (!this.fixed.has(b)) return undefined;
      return { convolution: node, x: this.done.get(a)!, weight: this.done.get(b)!, bias: undefined };
    }
    if (!rules.has(node.op)) return undefined;
    const of = this.biased.get(a) ?? (ops.sub.is(node) ? undefined : this.biased.get(b));
    const [convolved, other] = this.biased.has(a) ? [a, b] : [b, a];
    if (!of || this.uses.get(convolved) !== 1 || !this.fixed.has(other) || other.dtype !== "float32") return undefined;
    const c = shapesEqual(node.shape, of.convolution.shape) && perChannel(this.done.get(other)!, node.shape[1]!);
    return c ? rules.apply(node, of, c) : undefined;
  }

  private rebuilt(node: Node): Node {
    const { op, attrs, shape, dtype } = node;
    if (node.value !== undefined) return node;
    const inputs = node.inputs.map((input) => this.done.get(input)!);
    return inputs.every((input, i) => input === node.inputs[i])
      ? node
      : new Node(op, inputs, attrs, shape, dtype, false);
  }
}

function build({ convolution, x, weight, bias }: Biased): Node {
  const convolved = ops.conv2d(x, weight, convolution.attrs);
  return bias ? ops.add(convolved, bias) : convolved;
}

/** A node as [1,O,1,1], if it has one number for each channel, or one for all. */
function perChannel(node: Node, channels: number): Node | undefined {
  const shape = [...new Array<number>(4 - node.shape.length).fill(1), ...node.shape];
  const isPerChannel = sizeOf(shape) === 1 || (shape[1] === channels && sizeOf(shape) === channels);
  return isPerChannel ? ops.expand(ops.reshape(node, shape), [1, channels, 1, 1]) : undefined;
}
