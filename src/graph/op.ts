/**
 * What defines an operation. One record says everything about it: which shapes fit, its value in float64, its
 * gradient as graph, how it becomes code, and sample inputs. From the samples come, for every op, the checks against
 * the reference, against finite differences and against PyTorch's fixtures (ops.test.ts), so an op without samples
 * does not compile.
 */
import { gradientsEnabled } from "./grad-mode.js";
import type { LayerDetail } from "./layer-detail.js";
import { Node, type Spec } from "./node.js";
import type { Shape } from "./shape.js";
import type { Expr } from "../wasm/expressions.js";

/** A tensor in the float64 reference: dense and row-major. */
export interface Value {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/*
 * The function types below are written as `{ of(…): … }["of"]`: TypeScript compares parameters of methods both ways,
 * so that an `Op<ConvolutionAttrs>` stands where any `Op` is wanted. An op is only ever called with its own attributes.
 */

/** How an op becomes code. `compiler/` has one place for each kind. */
export type Lowering<A> =
  /** Holds or names its elements. */
  | { readonly kind: "leaf" }
  /** One result element from the inputs' elements at the same place (inputs broadcast); four lanes at a time. */
  | ({ readonly kind: "elementwise" } & ElementwiseCode<A>)
  /** An element that depends on its row-major position in the result (an i32x4), the attributes, and scalar inputs. */
  | { readonly kind: "index"; readonly vector: { of(position: Expr, attrs: A, args: readonly Expr[]): Expr }["of"] }
  /** The same elements under other strides; `undefined` where strides cannot say it (a copy is made then). */
  | {
      readonly kind: "view";
      readonly view: { of(input: StridedView, attrs: A, out: Spec): StridedView | undefined }["of"];
    }
  | ReduceLowering<A>
  /** Made of other ops, as the same function of graph nodes. */
  | { readonly kind: "composite"; readonly build: { of(inputs: readonly Node[], attrs: A): Node }["of"] }
  /** A kernel of its own: compiler/kernels has a planner under this op's name. */
  | { readonly kind: "kernel" };

export interface ElementwiseCode<A> {
  readonly vector: { of(args: readonly Expr[], attrs: A): Expr }["of"];
  /** Of a comparison: all bits of a lane set where it holds, none elsewhere. */
  readonly mask?: { of(args: readonly Expr[]): Expr }["of"] | undefined;
  /** Whether the first of `vector`'s arguments is such a mask: of a condition that is not zero. */
  readonly takesMask?: true | undefined;
  /** Slow to compute: a result that several ops use is stored instead of being computed for each of them. */
  readonly expensive?: true | undefined;
  /** Whether the result is 0 wherever these inputs are 0 and the others are finite numbers other than 0. Left out: never. */
  readonly keepsZeros?: ((isZero: (input: number) => boolean) => boolean) | undefined;
}

/** A sum or maximum over some axes, which stay with size 1. */
export interface ReduceLowering<A> {
  readonly kind: "reduce";
  readonly combine: "sum" | "max";
  readonly axes: { of(attrs: A): readonly number[] }["of"];
}

/** Whether an op may be computed again wherever its result is used. */
export function isCheap({ lowering }: Op): boolean {
  return lowering.kind === "elementwise" && !lowering.expensive;
}

/** Where the elements of a tensor lie: element (i, j, …) at offset + i·strides[0] + j·strides[1] + …, in elements. */
export interface StridedView {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Inputs for the checks of an op. `inputs` are shapes, filled with reproducible random numbers, or given values. */
export interface Sample<A> {
  readonly inputs: readonly (Shape | SampleInput)[];
  readonly attrs: A;
}

export interface SampleInput {
  readonly shape: Shape;
  /** Uniform in [low, high); by default [-2, 2). */
  readonly range?: readonly [number, number];
  /** Elements to use as they are. */
  readonly values?: readonly number[];
  readonly dtype?: "float32" | "int32";
}

/** What an op's record says to someone who looks at a network: the kind of layer it makes, and what that costs. */
export interface OpLayer<A> {
  /**
   * The layer that a node makes; undefined if this node makes none.
   * @param isActive whether a node depends on the network's inputs; weights do not
   */
  readonly detail: { of(node: Node<A>, isActive: (node: Node) => boolean): LayerDetail | undefined }["of"];
  /** The name of the function that builds it, if that is not the op's. */
  readonly functionName?: string;
  /** Set if each node is a layer of its own: a module with several of them is looked into, as if it had submodules. */
  readonly weighty?: true;
  /** Multiplications that are each followed by an addition. */
  readonly multiplyAdds?: { of(node: Node<A>): number }["of"];
}

/**
 * An op in other tools. "rule" stands for more than a name, such as arguments made from the attributes: the tool's
 * folder in `export/` then has a rule for the op. Null means that the tool has no counterpart.
 */
export interface Elsewhere {
  /** ONNX's operators, applied one after the other: the first to the inputs, the others to its result. */
  readonly onnx: readonly string[] | "rule" | null;
  /** PyTorch's function of the same inputs, as a Python program with `from torch.nn import functional as F` calls it. */
  readonly pytorch: PytorchFunction | "rule" | null;
}

export type PytorchFunction = `torch.${string}` | `F.${string}`;

export interface Op<A = unknown> {
  readonly name: string;
  /** The result's shape and type, or a ShapeError. */
  readonly infer: { of(inputs: readonly Node[], attrs: A): Spec }["of"];
  /** The value in float64, from the naive definition. */
  readonly reference: { of(inputs: readonly Value[], attrs: A, out: Spec): Float64Array }["of"];
  /** A gradient for each input (null: none flows), before un-broadcasting; `grad` has the result's shape. */
  readonly gradient: { of(node: Node<A>, grad: Node): readonly (Node | null)[] }["of"];
  readonly lowering: Lowering<A>;
  /** At least one, unless the op is a leaf. */
  readonly samples: readonly Sample<A>[];
  /** The same in Python, for the fixtures; `x` is the list of inputs. `null`: PyTorch has no counterpart. */
  readonly torch: { of(attrs: A): string }["of"] | null;
  /**
   * Where the gradient is not the derivative of `reference` on purpose: why, and what checks it instead. The check
   * against finite differences is then left out.
   */
  readonly gradientCaveat?: string;
  /** What an inspection says of its nodes; left out if they make no layer with a kind of its own. */
  readonly layer?: OpLayer<A> | undefined;
  /** What exported networks call it. Internal ops are built by gradients and the compiler only: no forward pass has them. */
  readonly elsewhere: Elsewhere | "internal";
  /** What distinguishes two sets of attributes; JSON unless given. */
  readonly key?: { of(attrs: A): string }["of"];
}

/** The attributes of an op that has none. */
export type NoAttrs = Record<string, never>;

/** Stands for one op, and recognises its nodes by comparing pointers. */
export interface OpRef<A> {
  readonly op: Op<A>;
  readonly is: (node: Node | undefined) => node is Node<A>;
}

/** Builds an op's nodes from its inputs and attributes, after checking the shapes. */
export type OpBuilder<A> = OpRef<A> & ((inputs: readonly Node[], attrs: A) => Node<A>);

/** All ops by name, in the order of their definition. */
export const registry = new Map<string, Op>();

/** Registers an op. */
export function registerOp<A>(op: Op<A>): OpRef<A> {
  if (registry.has(op.name)) throw new Error(`the op ${op.name} is defined twice`);
  registry.set(op.name, op);
  return { op, is: (node): node is Node<A> => node?.op === op };
}

/** Registers an op and returns the function that builds its nodes. */
export function defineOp<A = NoAttrs>(op: NoInfer<Op<A>>): OpBuilder<A> {
  return opFunction(registerOp(op), (inputs: readonly Node[], attrs: A) => applyOp(op, inputs, attrs));
}

/** Gives an op the function that builds graphs with it: `reshape(x, shape)`, and `reshape.is(node)` to recognise its nodes. */
export function opFunction<A, F extends (...args: never[]) => Node>({ op, is }: OpRef<A>, build: F): F & OpRef<A> {
  return Object.assign(build, { op, is });
}

/** A node of this op, its shapes checked. */
export function applyOp<A>(op: Op<A>, inputs: readonly Node[], attrs: A): Node<A> {
  const { shape, dtype } = op.infer(inputs, attrs);
  const requiresGrad = gradientsEnabled() && dtype === "float32" && inputs.some((input) => input.requiresGrad);
  return new Node(op, inputs, attrs, shape, dtype, requiresGrad);
}

/** Numbers as a Python list, for `torch` expressions. */
export function pythonList(numbers: readonly number[]): string {
  return `[${numbers.join(", ")}]`;
}
