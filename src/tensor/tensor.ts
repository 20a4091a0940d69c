/**
 * Tensor: PyTorch's tensor as a lazy handle. A method adds a node to the graph and returns at once; `item()`,
 * `data()`, `tolist()` and `optimizer.step()` compute what is pending, all together. Nothing needs to be freed.
 */
import { ShapeError, StateError } from "../errors/errors.js";
import type { HostArray, Node } from "../graph/node.js";
import { forgetRecordings } from "../graph/recording.js";
import { formatShape, shapesEqual } from "../graph/shape.js";
import type { Variable } from "../graph/variable.js";
import * as ops from "../ops/index.js";
import { assignLater, forgetAssignment, realize } from "../runtime/realize.js";
import { backward } from "./backward.js";
import { Shaping } from "./methods/shaping.js";
import { nest, type NestedNumbers } from "./nested.js";

export type Operand = Tensor | number;

export class Tensor extends Shaping<Tensor> {
  private current: Node;
  /** Set in a leaf that can be overwritten: a parameter, a buffer, a tensor that requires a gradient. */
  readonly variable: Variable | undefined;
  private wantsGrad: boolean;

  /** Users call `tensor()`, `zeros()` and their like instead. */
  constructor(node: Node, variable?: Variable, requiresGrad = false) {
    super();
    this.current = node;
    this.variable = variable;
    this.wantsGrad = requiresGrad;
  }

  /** A tensor with a memory of its own, that `copy_()` and optimizers can overwrite. */
  static ofVariable(variable: Variable, requiresGrad: boolean): Tensor {
    return new Tensor(ops.variable(variable, requiresGrad), variable, requiresGrad);
  }

  protected override wrap(node: Node): Tensor {
    return new Tensor(node);
  }
  override get node(): Node {
    return this.current;
  }
  get requiresGrad(): boolean {
    return this.variable ? this.wantsGrad : this.current.requiresGrad;
  }
  set requiresGrad(wanted: boolean) {
    if (!this.variable) {
      throw new StateError({ op: "requiresGrad", problem: "only leaf tensors can be told to require a gradient" });
    }
    if (wanted !== this.wantsGrad) forgetRecordings();
    this.wantsGrad = wanted;
    this.current = ops.variable(this.variable, wanted);
  }

  // Values ------------------------------------------------------------------------------------------------------

  /** The elements, dense and row-major, as a copy. Computes what is pending. */
  data(): HostArray {
    if (this.variable) {
      realize([]);
      return this.variable.read();
    }
    realize([this.current]);
    return this.current.value!.slice();
  }

  /** The one element of a tensor that has just one. */
  item(): number {
    if (this.numel() !== 1) {
      throw new ShapeError({
        op: "item",
        problem: `a tensor of shape ${formatShape(this.shape)} has ${this.numel()} elements`,
        expected: "exactly one",
        hint: "use data() or tolist() for more",
      });
    }
    return this.data()[0]!;
  }

  /** The elements as nested arrays (a number for a scalar). */
  tolist(): NestedNumbers {
    return nest(this.data(), this.shape);
  }

  /** The same elements outside the graph of gradients. */
  detach(): Tensor {
    return new Tensor(ops.detach(this.current));
  }

  /** Overwrites a leaf's elements, at the next realisation. PyTorch: `copy_`, under `no_grad`. */
  copy_(source: Tensor): this {
    const variable = this.variable;
    if (!variable) throw new StateError({ op: "copy_", problem: "only a leaf tensor can be overwritten" });
    if (!shapesEqual(source.shape, this.shape)) {
      throw new ShapeError({
        op: "copy_",
        problem: `${formatShape(source.shape)} does not fit into ${formatShape(this.shape)}`,
      });
    }
    const value = ops.detach(source.node);
    this.current = value;
    assignLater(variable, value, () => (this.current = ops.variable(variable, this.wantsGrad)));
    return this;
  }

  /** Overwrites a leaf's elements now, from dense row-major data. */
  setData(elements: HostArray): this {
    const variable = this.variable;
    if (!variable) throw new StateError({ op: "setData", problem: "only a leaf tensor can be overwritten" });
    if (elements.length !== variable.size) {
      throw new ShapeError({
        op: "setData",
        problem: `${elements.length} elements do not fill ${formatShape(this.shape)}`,
        expected: `${variable.size}`,
      });
    }
    forgetAssignment(variable);
    variable.write(elements);
    this.current = ops.variable(variable, this.wantsGrad);
    return this;
  }

  // Gradients ---------------------------------------------------------------------------------------------------

  /** The gradient that backward() has gathered; null before, and after zeroGrad(). */
  get grad(): Tensor | null {
    return this.variable?.grad ? new Tensor(this.variable.grad) : null;
  }
  set grad(grad: Tensor | null) {
    if (!this.variable) throw new StateError({ op: "grad", problem: "only a leaf tensor keeps a gradient" });
    this.variable.grad = grad?.node;
  }

  /**
   * Adds the gradient of this tensor to the `grad` of every leaf that it depends on. PyTorch: `Tensor.backward`.
   * @param gradient weights of this tensor's elements, of its shape; may be left out for a single element
   */
  backward(gradient?: Tensor): void {
    backward(this.current, gradient?.node);
  }

  override toString(): string {
    return `Tensor(${formatShape(this.shape)}, ${this.dtype}${this.requiresGrad ? ", requiresGrad" : ""})`;
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
