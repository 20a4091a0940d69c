/**
 * Tensor: PyTorch's tensor as a lazy handle. A method adds a node to the graph and returns at once; `item()`,
 * `data()`, `tolist()` and `optimizer.step()` compute what is pending, all together. Nothing needs to be freed.
 */
import { ShapeError, StateError } from "../errors/errors.js";
import { alreadyRun, gradients, variableGradients } from "../autograd/gradients.js";
import { topologicalOrder, type Dtype, type HostArray, type Node } from "../graph/node.js";
import type { Variable } from "../graph/variable.js";
import * as ops from "../ops/index.js";
import { addsToEarlierGradient, forgetRecordings } from "../graph/recording.js";
import { assignLater, forgetAssignment, realize, realizeLater } from "../runtime/engine.js";
import { formatShape, resolveAxes, resolveAxis, shapesEqual, sizeOf, type Shape } from "../graph/shape.js";

export type Axes = number | readonly number[];
export type Operand = Tensor | number;
export type NestedNumbers = number | boolean | readonly NestedNumbers[];

export class Tensor {
  private current: Node;
  /** Set in a leaf that can be overwritten: a parameter, a buffer, a tensor that requires a gradient. */
  readonly variable: Variable | undefined;
  private wantsGrad: boolean;

  /** Users call `tensor()`, `zeros()` and their like instead. */
  constructor(node: Node, variable?: Variable, requiresGrad = false) {
    this.current = node;
    this.variable = variable;
    this.wantsGrad = requiresGrad;
  }

  /** A tensor with a memory of its own, that `copy_()` and optimizers can overwrite. */
  static ofVariable(variable: Variable, requiresGrad: boolean): Tensor {
    return new Tensor(ops.variable(variable, requiresGrad), variable, requiresGrad);
  }

  get node(): Node {
    return this.current;
  }
  get shape(): Shape {
    return this.current.shape;
  }
  get dtype(): Dtype {
    return this.current.dtype;
  }
  get ndim(): number {
    return this.shape.length;
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
  /** The elements' number. PyTorch: `numel()`. */
  numel(): number {
    return sizeOf(this.shape);
  }
  size(): Shape;
  size(axis: number): number;
  size(axis?: number): Shape | number {
    return axis === undefined ? this.shape : this.shape[resolveAxis("size", axis, this.ndim)]!;
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
    const elements = this.data();
    const build = (axis: number, start: number, step: number): NestedNumbers => {
      if (axis === this.ndim) return elements[start]!;
      const inner = step / this.shape[axis]!;
      return Array.from({ length: this.shape[axis]! }, (_, i) => build(axis + 1, start + i * inner, inner));
    };
    return build(0, 0, elements.length);
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
    const root = this.current;
    if (!root.requiresGrad) {
      throw new StateError({
        op: "backward",
        problem: "this tensor does not depend on anything that requires a gradient",
        hint: "compute the loss from a module's parameters, outside noGrad()",
      });
    }
    if (root.consumed) throw alreadyRun();
    if (!gradient && this.numel() !== 1) {
      throw new ShapeError({
        op: "backward",
        problem: `a gradient can be started without weights only from one element, not from ${formatShape(this.shape)}`,
        hint: "call sum() or mean() first, or pass a gradient of the same shape",
      });
    }
    if (gradient && !shapesEqual(gradient.shape, this.shape)) {
      throw new ShapeError({
        op: "backward",
        problem: `a gradient of shape ${formatShape(gradient.shape)} does not weight ${formatShape(this.shape)}`,
      });
    }
    const seed = gradient ? gradient.node : ops.constant(1, this.shape);
    for (const [node, grad] of variableGradients(gradients(root, seed))) {
      const { variable } = (node as ReturnType<typeof ops.variable>).attrs;
      if (addsToEarlierGradient(variable)) {
        throw new StateError({
          op: "compile",
          problem: "the step adds to a gradient that backward() has gathered before it",
          hint: "call optimizer.zeroGrad() at its start",
        });
      }
      variable.grad = variable.grad ? ops.add(variable.grad, grad) : grad;
    }
    realizeLater(root);
    for (const node of topologicalOrder([root], true))
      if (node.requiresGrad && node.inputs.length > 0) node.consumed = true;
  }

  // Arithmetic --------------------------------------------------------------------------------------------------

  add(other: Operand): Tensor {
    return wrap(ops.add(this.node, asNode(other)));
  }
  sub(other: Operand): Tensor {
    return wrap(ops.sub(this.node, asNode(other)));
  }
  mul(other: Operand): Tensor {
    return wrap(ops.mul(this.node, asNode(other)));
  }
  div(other: Operand): Tensor {
    return wrap(ops.div(this.node, asNode(other)));
  }
  pow(exponent: Operand): Tensor {
    return wrap(ops.pow(this.node, asNode(exponent)));
  }
  maximum(other: Operand): Tensor {
    return wrap(ops.maximum(this.node, asNode(other)));
  }
  minimum(other: Operand): Tensor {
    return wrap(ops.minimum(this.node, asNode(other)));
  }
  neg(): Tensor {
    return wrap(ops.neg(this.node));
  }
  abs(): Tensor {
    return wrap(ops.abs(this.node));
  }
  sign(): Tensor {
    return wrap(ops.sign(this.node));
  }
  exp(): Tensor {
    return wrap(ops.exp(this.node));
  }
  log(): Tensor {
    return wrap(ops.log(this.node));
  }
  sqrt(): Tensor {
    return wrap(ops.sqrt(this.node));
  }
  rsqrt(): Tensor {
    return wrap(ops.rsqrt(this.node));
  }
  reciprocal(): Tensor {
    return wrap(ops.reciprocal(this.node));
  }
  square(): Tensor {
    return wrap(ops.mul(this.node, this.node));
  }
  floor(): Tensor {
    return wrap(ops.floor(this.node));
  }
  ceil(): Tensor {
    return wrap(ops.ceil(this.node));
  }
  round(): Tensor {
    return wrap(ops.round(this.node));
  }
  relu(): Tensor {
    return wrap(ops.relu(this.node));
  }
  sigmoid(): Tensor {
    return wrap(ops.sigmoid(this.node));
  }
  tanh(): Tensor {
    return wrap(ops.tanh(this.node));
  }
  clamp(min: number, max: number): Tensor {
    return wrap(ops.minimum(ops.maximum(this.node, ops.constant(min)), ops.constant(max)));
  }

  // Comparisons: 1 where true, 0 elsewhere, as int32 ---------------------------------------------------------------

  eq(other: Operand): Tensor {
    return wrap(ops.eq(this.node, asNode(other)));
  }
  ne(other: Operand): Tensor {
    return wrap(ops.ne(this.node, asNode(other)));
  }
  lt(other: Operand): Tensor {
    return wrap(ops.lt(this.node, asNode(other)));
  }
  le(other: Operand): Tensor {
    return wrap(ops.le(this.node, asNode(other)));
  }
  gt(other: Operand): Tensor {
    return wrap(ops.gt(this.node, asNode(other)));
  }
  ge(other: Operand): Tensor {
    return wrap(ops.ge(this.node, asNode(other)));
  }
  /** `this` is the condition (not zero: true). PyTorch: `torch.where(condition, yes, no)`. */
  where(yes: Operand, no: Operand): Tensor {
    return wrap(ops.where(this.node, asNode(yes), asNode(no)));
  }
  /** The elements as float32. PyTorch: `float()`. */
  float(): Tensor {
    return wrap(ops.cast(this.node, "float32"));
  }
  /** The elements as int32, towards zero. PyTorch: `int()`. */
  int(): Tensor {
    return wrap(ops.cast(this.node, "int32"));
  }

  // Reductions --------------------------------------------------------------------------------------------------

  sum(axes?: Axes, keepdim = false): Tensor {
    return this.reduce("sum", ops.sum, axes, keepdim);
  }
  mean(axes?: Axes, keepdim = false): Tensor {
    return this.reduce("mean", ops.mean, axes, keepdim);
  }
  /** The largest elements. PyTorch: `amax` (no indices). */
  amax(axes?: Axes, keepdim = false): Tensor {
    return this.reduce("amax", ops.amax, axes, keepdim);
  }
  amin(axes?: Axes, keepdim = false): Tensor {
    return this.reduce("amin", ops.amin, axes, keepdim);
  }
  /** The first position of the largest element along an axis, as int32. */
  argmax(axis: number, keepdim = false): Tensor {
    return this.reduce("argmax", (node, axes) => ops.argmax(node, axes[0]!), axis, keepdim);
  }
  /** The variance; `correction` 1 divides by n−1, as PyTorch's default. */
  var(axes?: Axes, correction = 1, keepdim = false): Tensor {
    return this.reduce("var", (node, list) => ops.variance(node, list, correction), axes, keepdim);
  }
  softmax(axis: number): Tensor {
    return wrap(ops.softmax(this.node, resolveAxis("softmax", axis, this.ndim)));
  }
  logSoftmax(axis: number): Tensor {
    return wrap(ops.logSoftmax(this.node, resolveAxis("logSoftmax", axis, this.ndim)));
  }

  private reduce(name: string, op: (node: Node, axes: number[]) => Node, axes: Axes | undefined, keepdim: boolean) {
    const list = resolveAxes(name, axes, this.ndim);
    const kept = op(this.node, list);
    return wrap(
      keepdim
        ? kept
        : ops.reshape(
            kept,
            this.shape.filter((_, axis) => !list.includes(axis)),
          ),
    );
  }

  // Shape -------------------------------------------------------------------------------------------------------

  /** The same elements, row-major, in another shape; one size may be -1. PyTorch: `reshape`, `view`. */
  reshape(...sizes: readonly number[] | readonly [Shape]): Tensor {
    return wrap(ops.reshape(this.node, completeShape("reshape", flat(sizes), this.shape)));
  }
  view(...sizes: readonly number[] | readonly [Shape]): Tensor {
    return wrap(ops.reshape(this.node, completeShape("view", flat(sizes), this.shape)));
  }
  flatten(start = 0, end = -1): Tensor {
    const first = resolveAxis("flatten", start, this.ndim);
    const last = resolveAxis("flatten", end, this.ndim);
    const middle = sizeOf(this.shape.slice(first, last + 1));
    return this.reshape([...this.shape.slice(0, first), middle, ...this.shape.slice(last + 1)]);
  }
  permute(...order: readonly number[] | readonly [readonly number[]]): Tensor {
    return wrap(
      ops.permute(
        this.node,
        flat(order).map((axis) => resolveAxis("permute", axis, this.ndim)),
      ),
    );
  }
  transpose(a: number, b: number): Tensor {
    const order = this.shape.map((_, axis) => axis);
    const [x, y] = [resolveAxis("transpose", a, this.ndim), resolveAxis("transpose", b, this.ndim)];
    [order[x], order[y]] = [order[y]!, order[x]!];
    return wrap(ops.permute(this.node, order));
  }
  t(): Tensor {
    return this.ndim < 2 ? this : this.transpose(0, 1);
  }
  expand(...sizes: readonly number[] | readonly [Shape]): Tensor {
    const list = flat(sizes);
    const lead = list.length - this.ndim;
    return wrap(
      ops.expand(
        this.node,
        list.map((size, axis) => (size === -1 ? this.shape[axis - lead]! : size)),
      ),
    );
  }
  squeeze(axis?: number): Tensor {
    const at = axis === undefined ? undefined : resolveAxis("squeeze", axis, this.ndim);
    return this.reshape(this.shape.filter((size, i) => size !== 1 || (at !== undefined && i !== at)));
  }
  unsqueeze(axis: number): Tensor {
    const at = resolveAxis("unsqueeze", axis, this.ndim + 1);
    return this.reshape([...this.shape.slice(0, at), 1, ...this.shape.slice(at)]);
  }
  /** The part from `start` up to `end` (not included) of an axis. PyTorch: `x[start:end:step]` on that axis. */
  slice(axis: number, start: number, end?: number, step = 1): Tensor {
    return wrap(ops.sliceAxis(this.node, resolveAxis("slice", axis, this.ndim), start, end, step));
  }
  /** One place of an axis, which disappears. PyTorch: `x.select(axis, index)`. */
  select(axis: number, index: number): Tensor {
    const at = resolveAxis("select", axis, this.ndim);
    const i = resolveAxis("select", index, this.shape[at]!);
    return this.slice(at, i, i + 1).squeeze(at);
  }
  flip(...axes: readonly number[]): Tensor {
    return wrap(ops.flip(this.node, resolveAxes("flip", axes, this.ndim)));
  }
  matmul(other: Tensor): Tensor {
    return wrap(ops.matmul(this.node, other.node));
  }

  toString(): string {
    return `Tensor(${formatShape(this.shape)}, ${this.dtype}${this.requiresGrad ? ", requiresGrad" : ""})`;
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function wrap(node: Node): Tensor {
  return new Tensor(node);
}

/** The node of an operand; a number becomes a constant. */
export function asNode(operand: Operand): Node {
  return typeof operand === "number" ? ops.constant(operand) : operand.node;
}

function flat(sizes: readonly number[] | readonly [readonly number[]]): readonly number[] {
  return typeof sizes[0] === "object" ? sizes[0] : (sizes as readonly number[]);
}

function completeShape(op: string, sizes: readonly number[], from: Shape): Shape {
  const known = sizes.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const shape = sizes.map((size) => (size === -1 ? sizeOf(from) / known : size));
  if (
    sizes.filter((size) => size === -1).length > 1 ||
    sizeOf(shape) !== sizeOf(from) ||
    !shape.every(Number.isInteger)
  ) {
    throw new ShapeError({
      op,
      problem: `${formatShape(from)} has ${sizeOf(from)} elements, which do not fill ${formatShape(sizes)}`,
    });
  }
  return shape;
}
