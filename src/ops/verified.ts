/**
 * Values that can turn out wrong only when a program runs: class indices, and results of int32 arithmetic. An identity
 * marks them in the graph. Whoever runs the program (runtime/verification.ts) computes a flag besides, and refuses all
 * results if it is set.
 */
import { ArgumentError } from "../errors/errors.js";
import type { HostArray, Node } from "../graph/node.js";
import { applyOp, opFunction, type OpBuilder } from "../graph/op.js";
import { sub } from "./arithmetic.js";
import { cast, eq, ge, gt, lt, ne, where } from "./comparison.js";
import { defineElementwise, mapBroadcast } from "./elementwise.js";
import { constant } from "./leaf.js";
import { abs } from "./pointwise.js";
import { amax, fold } from "./reduce.js";

export interface VerifiedAttrs {
  /** The function that refuses wrong values. */
  readonly op: string;
  /** For class indices: what they must be below, and the index that is allowed besides. */
  readonly classes?: ClassRange;
}

export interface ClassRange {
  readonly count: number;
  readonly ignoreIndex: number;
}

export type VerifiedNode = Node<VerifiedAttrs>;

const verifiedOp: OpBuilder<VerifiedAttrs> = defineElementwise({
  name: "verified",
  dtype: ([x]) => x!.dtype,
  scalar: ([x]) => x!,
  vector: ([x]) => x!,
  integers: true,
  gradient: () => [null],
  samples: [{ inputs: [{ shape: [3], range: [0, 3], dtype: "int32" }], attrs: { op: "add" } }],
  torch: () => "x[0]",
});

/** Class indices, which are refused if they are out of range; int32. */
export const verified = opFunction(verifiedOp, (labels: Node, op: string, classes: ClassRange): Node =>
  verifiedOp([labels], { op, classes }),
);

/** The ops whose int32 results may not fit. */
const arithmetic = new Set(["add", "sub", "mul", "neg", "abs", "pow", "sum", "cast"]);

/**
 * The result of arithmetic, or of a cast, which is refused if it is int32 and does not fit; any other node as it is.
 * @param called what the user called
 */
export function fitting(result: Node, called = result.op.name): Node {
  const { op, inputs, dtype } = result;
  const mayNotFit = dtype === "int32" && arithmetic.has(op.name) && !(op.name === "sum" && isComparison(inputs[0]!));
  return mayNotFit ? verifiedOp([result], { op: called }) : result;
}

function isComparison({ op: { lowering } }: Node): boolean {
  return lowering.kind === "elementwise" && lowering.mask !== undefined;
}

const isCast = ({ op }: Node): boolean => op.name === "cast";

/** Not 0 if a value may be wrong; int32 of one element. */
export function flagOf({ inputs: [values], attrs: { classes } }: VerifiedNode): Node {
  const suspicious = classes ? isOutside(values!, classes) : isFarOff(values!);
  return amax(
    suspicious,
    suspicious.shape.map((_, axis) => axis),
  );
}

function isOutside(labels: Node, { count, ignoreIndex }: ClassRange): Node {
  const whole = (value: number): Node => constant(value, [], "int32");
  return where(lt(labels, whole(0)), ne(labels, whole(ignoreIndex)), ge(labels, whole(count)));
}

/**
 * Whether int32 arithmetic is far from the same in float32. Beyond its range it is off by a multiple of 2³², and within
 * it float32 is closer than this by far, unless a sum has huge terms that nearly cancel.
 */
function isFarOff(result: Node): Node {
  if (isCast(result)) return eq(lt(abs(result.inputs[0]!), constant(2 ** 31)), constant(0, [], "int32"));
  const floats = result.inputs.map((input) => cast(input, "float32"));
  const inFloat = applyOp(result.op, floats, result.attrs);
  return gt(abs(sub(inFloat, cast(result, "float32"))), constant(2 ** 20));
}

/**
 * Looks for the first wrong value.
 * @param elementsOf computes nodes
 * @throws ArgumentError if there is one
 */
export function refuseWrong({ inputs: [values], attrs }: VerifiedNode, elementsOf: (node: Node) => HostArray): void {
  if (attrs.classes) refuseOutside(attrs.op, elementsOf(values!), attrs.classes);
  else refuseUnfit(attrs.op, values!, elementsOf);
}

/** @throws ArgumentError for a class index out of range, or one that is no integer */
export function refuseOutside(
  op: string,
  labels: HostArray,
  { count, ignoreIndex }: Omit<ClassRange, "ignoreIndex"> & Partial<ClassRange>,
): void {
  const isClass = (label: number): boolean => Number.isInteger(label) && label >= 0 && label < count;
  const at = labels.findIndex((label) => !isClass(label) && label !== ignoreIndex);
  if (at < 0) return;
  throw new ArgumentError({
    op,
    problem: `target ${labels[at]} at position ${at} is out of bounds: it is not one of the ${count} classes`,
    expected: `0 to ${count - 1}` + (ignoreIndex === undefined ? "" : `, or ${ignoreIndex} to ignore the position`),
    hint: "classes count from 0, and the network's last layer needs one output per class",
  });
}

function refuseUnfit(op: string, result: Node, elementsOf: (node: Node) => HostArray): void {
  const inputs = result.inputs.map((node) => ({ shape: node.shape, data: Float64Array.from(elementsOf(node)) }));
  const { lowering } = result.op;
  const exact = isCast(result)
    ? inputs[0]!.data.map(Math.trunc)
    : lowering.kind === "elementwise"
      ? mapBroadcast(inputs, result.shape, (args) => lowering.scalar(args, result.attrs))
      : fold(inputs[0]!, result.shape, { start: 0, step: (sofar, x) => sofar + x });
  const at = exact.findIndex((value) => value !== (value | 0));
  if (at < 0) return;
  const value = exact[at]!;
  const shown = Number.isSafeInteger(value) || !isFinite(value) ? value : `about ${value.toPrecision(6)}`;
  throw new ArgumentError({
    op,
    problem: `element ${at} of the result is ${shown}, which does not fit into int32`,
    expected: "-2147483648 to 2147483647",
    hint: isCast(result)
      ? "look for NaN and infinity, or limit the elements first: x.clamp(-1e9, 1e9)"
      : "compute with float32 instead, which rounds: x.float()",
  });
}
