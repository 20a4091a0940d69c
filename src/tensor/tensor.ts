/**
 * Tensor: PyTorch's tensor as a lazy handle. A method adds a node to the graph and returns immediately. `item()`,
 * `data()`, `tolist()` and `optimizer.step()` compute everything that is pending, in one program. Nothing needs to be
 * freed.
 */
import { ArgumentError, ShapeError, StateError } from "../errors/errors.js";
import { gradientsEnabled } from "../graph/grad-mode.js";
import { Node, type HostArray } from "../graph/node.js";
import { forgetRecordings } from "../graph/recording.js";
import { formatShape, shapesEqual } from "../graph/shape.js";
import type { Variable } from "../graph/variable.js";
import * as ops from "../ops/index.js";
import { assignLater, forgetAssignment, realize } from "../runtime/realize.js";
import { backward } from "./backward.js";
import { answerForAbsent } from "../errors/absent.js";
import { counterparts } from "./methods/absent.js";
import { Handle } from "./methods/handle.js";
import { shown } from "../errors/shown.js";
import { methodsOf } from "../errors/checked-methods.js";
import { checkArguments } from "./methods/parameters.js";
import { Shaping } from "./methods/shaping.js";
import { nest, type NestedNumbers } from "./nested.js";
import { counted } from "../text/counted.js";

/** The other operand of an arithmetic method or a comparison: a tensor, or a number. */
export type Operand = Tensor | number;

/**
 * A multidimensional array of numbers, with PyTorch's methods. Tensors are lazy: a method adds a node to a graph and
 * returns immediately. `item()`, `data()`, `tolist()` and `optimizer.step()` compute everything that is pending, together,
 * in one program. Memory is freed by garbage collection; there is nothing to dispose of.
 *
 * Tensors are made by `tensor()`, `zeros()`, `rand()` and the like. A *leaf* is a tensor that was made with
 * `requiresGrad`, a parameter, or a buffer; only leaves keep a `grad` and can be overwritten. PyTorch: `torch.Tensor`.
 * @example
 * const x = tensor([[1, 2], [3, 4]]);
 * const y = x.mul(2).sum(1);
 * y.shape; // [2]
 * y.tolist(); // [6, 14]
 */
export class Tensor extends Shaping<Tensor> {
  private current: Node;

  /**
   * Set if this is a leaf that can be overwritten: a parameter, a buffer, or a tensor that requires a gradient.
   * @internal
   */
  readonly variable: Variable | undefined;
  private wantsGrad: boolean;

  /**
   * Users call `tensor()`, `zeros()` and the like instead.
   * @internal
   */
  constructor(node: Node, variable?: Variable, requiresGrad = false) {
    super();
    if (!(node instanceof Node)) {
      throw new ArgumentError({
        op: "Tensor",
        problem: "tensors are made by functions",
        hint: "write tensor([1, 2]), or zeros([2, 3])",
      });
    }
    this.current = node;
    this.variable = variable;
    this.wantsGrad = requiresGrad;
  }

  /**
   * Makes a tensor with its own memory, which `copy_()` and optimizers can overwrite.
   * @internal
   */
  static ofVariable(variable: Variable, requiresGrad: boolean): Tensor {
    return new Tensor(ops.variable(variable, requiresGrad), variable, requiresGrad);
  }

  protected override wrap(node: Node): Tensor {
    return new Tensor(node);
  }
  /** @internal */
  override get node(): Node {
    // What `copy_()` was given leads to no gradient of this leaf, so it has to be computed first.
    if (this.wantsGrad && !this.current.requiresGrad && gradientsEnabled()) realize([]);
    return this.current;
  }

  /**
   * Whether `backward()` computes a gradient for this tensor. Only a leaf can be switched. PyTorch:
   * `Tensor.requires_grad`.
   * @throws StateError when it is set on a tensor that is not a leaf; ArgumentError if that is no boolean, or for an
   *   int32 leaf
   */
  get requiresGrad(): boolean {
    return this.variable ? this.wantsGrad : this.current.requiresGrad;
  }
  set requiresGrad(wanted: boolean) {
    if (wanted === this.requiresGrad) return;
    const op = "requiresGrad";
    if (typeof wanted !== "boolean") {
      throw new ArgumentError({ op, problem: "it is true or false", got: shown(wanted) });
    }
    if (!this.variable) {
      throw new StateError({
        op,
        problem: "only a leaf tensor can be told to require a gradient",
        hint: wanted
          ? "make it a leaf: new nn.Parameter(x)"
          : "write x.detach() for the same elements without a gradient",
      });
    }
    if (this.dtype !== "float32") throw new ArgumentError({ op, problem: "only float32 can require a gradient" });
    realize([]); // what copy_() was given would be lost
    forgetRecordings();
    this.wantsGrad = wanted;
    this.current = ops.variable(this.variable, wanted);
  }

  // Values ------------------------------------------------------------------------------------------------------

  /**
   * Computes what is pending and returns the elements in row-major order. PyTorch: `Tensor.numpy`.
   * Setting it, as in `p.data = source`, overwrites a leaf as `copy_()` does.
   * @returns a copy, as Float32Array or Int32Array
   * @throws StateError if a parameter that was needed has been overwritten twice since
   * @example tensor([[1, 2], [3, 4]]).mul(10).data(); // [10, 20, 30, 40]
   */
  data(): HostArray {
    if (this.variable) {
      realize([]);
      return this.variable.read();
    }
    realize([this.current]);
    return this.current.value!.slice();
  }

  /**
   * Computes what is pending and returns the only element of this tensor. PyTorch: `Tensor.item`.
   * @returns the element
   * @throws ShapeError if there is not exactly one
   * @example tensor([1, 2, 3]).mean().item(); // 2
   */
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

  /**
   * Computes what is pending and returns the elements as nested arrays. PyTorch: `Tensor.tolist`.
   * @returns arrays as deep as the tensor has axes; a number for a scalar
   * @example arange(4).reshape(2, 2).tolist(); // [[0, 1], [2, 3]]
   */
  tolist(): NestedNumbers {
    return nest(this.data(), this.shape);
  }

  /**
   * Returns the same elements without their history: no gradient flows back through the result. PyTorch: `Tensor.detach`.
   * @returns a tensor that requires no gradient
   * @example
   * const w = tensor([1, 2], undefined, { requiresGrad: true });
   * w.mul(3).detach().requiresGrad; // false
   */
  detach(): Tensor {
    return new Tensor(ops.detach(this.current));
  }

  /**
   * Overwrites a leaf with another tensor. This happens when pending tensors are next computed. PyTorch:
   * `Tensor.copy_` under `no_grad`.
   * @param source a tensor of the same shape
   * @returns this tensor
   * @throws StateError if this is not a leaf, ShapeError if the shapes differ
   * @example
   * const average = new nn.Buffer(zeros([2]));
   * average.copy_(average.mul(0.9).add(tensor([10, 20]).mul(0.1)));
   * average.tolist(); // [1, 2]
   */
  copy_(source: Tensor): this {
    const variable = this.variable;
    if (!variable) throw new StateError({ op: "copy_", problem: "only a leaf tensor can be overwritten" });
    if (!shapesEqual(source.shape, this.shape)) {
      throw new ShapeError({
        op: "copy_",
        problem: `${formatShape(source.shape)} does not fit into ${formatShape(this.shape)}`,
      });
    }
    const value = ops.fitting(ops.cast(ops.detach(source.node), this.dtype), "copy_");
    this.current = value;
    assignLater(variable, value, () => (this.current = ops.variable(variable, this.wantsGrad)));
    return this;
  }

  /**
   * Overwrites a leaf immediately.
   * @param elements as many as this tensor has, in row-major order; they are copied
   * @returns this tensor
   * @throws StateError if this is not a leaf, ShapeError if the number of elements is wrong; ArgumentError for an element
   *   that an int32 leaf cannot hold
   * @example
   * const w = new nn.Parameter(zeros([2, 2]));
   * w.setData(Float32Array.of(1, 2, 3, 4)).tolist(); // [[1, 2], [3, 4]]
   */
  setData(elements: HostArray): this {
    const variable = this.variable;
    if (!variable) throw new StateError({ op: "setData", problem: "only a leaf tensor can be overwritten" });
    if (elements.length !== variable.size) {
      throw new ShapeError({
        op: "setData",
        problem: `${counted(elements.length, "element")} cannot fill the shape ${formatShape(this.shape)}`,
        expected: `${variable.size}`,
      });
    }
    const wrong = this.dtype === "int32" ? elements.findIndex((element) => element !== (element | 0)) : -1;
    if (wrong >= 0) {
      throw new ArgumentError({
        op: "setData",
        problem: `element ${wrong} is no int32 number, which this tensor holds`,
        got: String(elements[wrong]),
      });
    }
    forgetAssignment(variable);
    variable.write(elements);
    this.current = ops.variable(variable, this.wantsGrad);
    return this;
  }

  // Gradients ---------------------------------------------------------------------------------------------------

  /**
   * The gradient that `backward()` has added up, in this tensor's shape; null before, after `zeroGrad()`, and in a
   * tensor that is not a leaf. PyTorch: `Tensor.grad`.
   * @throws StateError when it is set on a tensor that is not a leaf; ArgumentError for anything but null and a tensor of
   *   the same shape and type
   */
  get grad(): Tensor | null {
    return this.variable?.grad ? new Tensor(this.variable.grad) : null;
  }
  set grad(grad: Tensor | null) {
    if (!this.variable) throw new StateError({ op: "grad", problem: "only a leaf tensor keeps a gradient" });
    if (grad && !(grad instanceof Tensor && grad.dtype === this.dtype && shapesEqual(grad.shape, this.shape))) {
      throw new ArgumentError({
        op: "grad",
        problem: "a gradient has the shape and the type of its tensor",
        expected: `null or ${this.dtype} ${formatShape(this.shape)}`,
        got: grad instanceof Tensor ? `${grad.dtype} ${formatShape(grad.shape)}` : shown(grad),
      });
    }
    this.variable.grad = grad ? ops.detach(grad.node) : undefined;
  }

  /**
   * Adds the gradient of this tensor to the `grad` of every leaf that it depends on. Gradients are computed when they are
   * needed, by `optimizer.step()` or `grad.data()`. PyTorch: `Tensor.backward`.
   * @param gradient the weight of each element of this tensor, in its shape; not needed if there is only one element
   * @throws StateError if nothing here requires a gradient, or if `backward()` has already run through a part of the
   *   graph; ShapeError if the weights are missing or of another shape
   * @example
   * const w = tensor([1, 2, 3], undefined, { requiresGrad: true });
   * w.square().sum().backward();
   * w.grad!.tolist(); // [2, 4, 6]
   */
  backward(gradient?: Tensor): void {
    backward(this.current, gradient?.node);
  }

  /**
   * Describes the tensor without computing it.
   * @returns shape, type, and whether it requires a gradient
   * @example zeros([2, 3]).toString(); // "Tensor([2,3], float32)"
   */
  override toString(): string {
    return `Tensor(${formatShape(this.shape)}, ${this.dtype}${this.requiresGrad ? ", requiresGrad" : ""})`;
  }
  /**
   * Called when an operator meets a tensor, as in `a + b`: JavaScript's operators know numbers and texts only.
   * @internal
   */
  [Symbol.toPrimitive](hint: "default" | "number" | "string"): string {
    if (hint === "string") return this.toString();
    throw new ArgumentError({
      op: "Tensor",
      problem: "JavaScript's operators do not work on tensors",
      hint: "write a.add(b), a.sub(b), a.mul(b), a.div(b), a.lt(b), or a.item() for a single number",
    });
  }
  /**
   * The parts along the first axis, as in Python: rows of a matrix, images of a batch.
   * @throws ShapeError for a tensor without axes
   */
  *[Symbol.iterator](): Generator<Tensor, void, undefined> {
    for (let index = 0; index < this.size(0); index++) yield this.select(0, index);
  }
  /**
   * The elements as nested arrays, for `JSON.stringify`.
   * @returns what `tolist()` returns
   * @example JSON.stringify({ loss: tensor(0.5), row: tensor([1, 2]) }); // '{"loss":0.5,"row":[1,2]}'
   */
  toJSON(): NestedNumbers {
    return this.tolist();
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

checkArguments(Tensor.prototype);
answerForAbsent(
  "Tensor",
  Tensor.prototype,
  counterparts([...methodsOf(Tensor.prototype), "requiresGrad", "ndim", "shape"]),
);
protectMethods();

/** `p.data = source` overwrites a leaf, as in PyTorch. Assigning to another method is a TypeError. */
function protectMethods(): void {
  const { data } = Object.getOwnPropertyDescriptors(Tensor.prototype);
  const set = function (this: Tensor, source: Tensor): void {
    this.copy_(source);
  };
  Object.defineProperty(Tensor.prototype, "data", { get: () => data.value as unknown, set });
  for (let type: object = Tensor.prototype; type !== Handle.prototype; type = Object.getPrototypeOf(type) as object)
    Object.freeze(type);
  Object.freeze(Handle.prototype);
}
