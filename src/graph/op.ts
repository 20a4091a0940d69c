/**
 * The definition of an operation. One record says everything about it: which shapes fit, its value in float64, its
 * gradient as a graph, how it becomes code, and sample inputs. Every op is checked on its samples against the
 * reference, finite differences and PyTorch's fixtures (ops.test.ts), so an op without samples does not compile.
 */
import { gradientsEnabled } from "./grad-mode.js";
import { Node, type Spec } from "./node.js";
import type { Shape } from "./shape.js";
import type { Expr, Lanes } from "../wasm/expressions.js";

/** A tensor in the float64 reference: dense and row-major. */
export interface Value {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/*
 * The function types below are written as `{ of(…): … }["of"]`. TypeScript compares the parameters of methods
 * bivariantly, so an `Op<ConvolutionAttrs>` is assignable to `Op`. An op is only ever called with its own attributes.
 */

/** How an op becomes code. The compiler handles each kind in one place. */
export type Lowering<A> =
  /** A leaf, which holds or names its elements. */
  | { readonly kind: "leaf" }
  /**
   * Computes a result element from the inputs' elements at the same position (inputs broadcast), four lanes at a time.
   */
  | ({ readonly kind: "elementwise" } & ElementwiseCode<A>)
  /**
   * Computes an element from its row-major position in the result (an i32x4), the attributes, and scalar inputs, each in
   * lanes of its type.
   */
  | { readonly kind: "index"; readonly vector: { of(position: Expr, attrs: A, args: readonly Expr[]): Expr }["of"] }
  /** The same elements with other strides; `undefined` if strides cannot express it, in which case a copy is made. */
  | {
      readonly kind: "view";
      readonly view: { of(input: StridedView, attrs: A, out: Spec): StridedView | undefined }["of"];
    }
  | ReduceLowering<A>
  /** Composed of other ops, as a function of graph nodes. */
  | { readonly kind: "composite"; readonly build: { of(inputs: readonly Node[], attrs: A): Node }["of"] }
  /** Has its own kernel: compiler/planning/kernel-plans.ts has a plan under the op's name. */
  | { readonly kind: "kernel" };

export interface ElementwiseCode<A> {
  /** Computes one result element in float64. */
  readonly scalar: { of(args: readonly number[], attrs: A): number }["of"];
  /** The result in lanes of its type. The arguments are in `lanes`, which are float32 unless `integers` is set. */
  readonly vector: { of(args: readonly Expr[], attrs: A, lanes: Lanes): Expr }["of"];
  /** Whether `vector` and `mask` take int32 as it is, if all arguments are; otherwise it is converted to float32. */
  readonly integers?: boolean | undefined;
  /** For a comparison: sets all bits of a lane where it holds, and none elsewhere. */
  readonly mask?: { of(args: readonly Expr[], lanes: Lanes): Expr }["of"] | undefined;
  /** Whether the first argument of `vector` is such a mask, set where the condition is not zero. */
  readonly takesMask?: true | undefined;
  /**
   * Set if it is slow to compute. A result that several ops use is then stored instead of being computed for each of
   * them.
   */
  readonly expensive?: true | undefined;
  /** Whether the result is 0 wherever these inputs are 0 and the others are finite and nonzero. Default: never. */
  readonly keepsZeros?: ((isZero: (input: number) => boolean) => boolean) | undefined;
}

/** A sum or maximum over some axes, which are kept with size 1. */
export interface ReduceLowering<A> {
  readonly kind: "reduce";
  readonly combine: "sum" | "max";
  readonly axes: { of(attrs: A): readonly number[] }["of"];
}

/** Whether an op may be recomputed wherever its result is used. */
export function isCheap({ lowering }: Op): boolean {
  return lowering.kind === "elementwise" && !lowering.expensive;
}

/** The layout of a tensor: element (i, j, …) is at offset + i·strides[0] + j·strides[1] + …, in elements. */
export interface StridedView {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Inputs for checking an op. `inputs` are shapes that are filled with reproducible random numbers, or given values. */
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

/**
 * An op in other tools. If more than a name is needed, such as arguments from the attributes, the name is left out, and
 * the tool's folder in `export/` has a rule for the op. Null means that the tool has no counterpart.
 */
export interface Elsewhere {
  /** ONNX's operators, applied one after another: the first to the inputs, each of the others to the result so far. */
  readonly onnx?: readonly string[] | null | undefined;
  /** PyTorch's function of the same inputs, as it is called in Python after `from torch.nn import functional as F`. */
  readonly pytorch?: PytorchFunction | null;
}

export type PytorchFunction = `torch.${string}` | `F.${string}`;

export interface Op<A = unknown> {
  readonly name: string;
  /** Returns the result's shape and type, or throws a ShapeError. */
  readonly infer: { of(inputs: readonly Node[], attrs: A): Spec }["of"];
  /** The value in float64, by the naive definition. */
  readonly reference: { of(inputs: readonly Value[], attrs: A, out: Spec): Float64Array }["of"];
  /**
   * The gradient of each input (null if there is none), before broadcasting is undone; `grad` has the result's shape.
   */
  readonly gradient: { of(node: Node<A>, grad: Node): readonly (Node | null)[] }["of"];
  readonly lowering: Lowering<A>;
  /** At least one sample, unless the op is a leaf. */
  readonly samples: readonly Sample<A>[];
  /** The same in Python, for the fixtures; `x` is the list of inputs. `null` means that PyTorch has no counterpart. */
  readonly torch: { of(attrs: A): string }["of"] | null;
  /**
   * If the gradient is deliberately not the derivative of `reference`: why, and what checks it instead. The check
   * against finite differences is then skipped.
   */
  readonly gradientCaveat?: string;
  /**
   * Its counterparts in exported networks. Default: each tool has a rule. Internal ops are built only by gradients and
   * the compiler, so no forward pass has them.
   */
  readonly elsewhere?: Elsewhere | "internal";
  /** Returns a key that distinguishes two sets of attributes. Default: JSON. */
  readonly key?: { of(attrs: A): string }["of"];
}

/** The attributes of an op without attributes. */
export type NoAttrs = Record<string, never>;

/** Refers to an op, and recognises its nodes by comparing pointers. */
export interface OpRef<A> {
  readonly op: Op<A>;
  readonly is: (node: Node | undefined) => node is Node<A>;
}

/** Builds a node of an op from its inputs and attributes, after checking the shapes. */
export type OpBuilder<A> = OpRef<A> & ((inputs: readonly Node[], attrs: A) => Node<A>);

/** All ops by name, in order of definition. */
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

/**
 * Attaches an op to the function that builds graphs with it: `reshape(x, shape)`. Then `reshape.is(node)` recognises
 * its nodes.
 */
export function opFunction<A, F extends (...args: never[]) => Node>({ op, is }: OpRef<A>, build: F): F & OpRef<A> {
  return Object.assign(build, { op, is });
}

/** Makes a node of this op, after checking the shapes. */
export function applyOp<A>(op: Op<A>, inputs: readonly Node[], attrs: A): Node<A> {
  const { shape, dtype } = op.infer(inputs, attrs);
  const requiresGrad = gradientsEnabled() && dtype === "float32" && inputs.some((input) => input.requiresGrad);
  return new Node(op, inputs, attrs, shape, dtype, requiresGrad);
}

/** Numbers as a Python list, for `torch` expressions. */
export function pythonList(numbers: readonly number[]): string {
  return `[${numbers.join(", ")}]`;
}
