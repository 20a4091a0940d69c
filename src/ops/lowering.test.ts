/**
 * Compares the vector expressions of elementwise and index ops, compiled one op at a time, with the float64 reference:
 * on the ops' samples and on special elements. The compiler as a whole has its own tests.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertClose, relative } from "../../test/closeness.js";
import { evaluate } from "../reference/reference.js";
import { broadcastStrides, denseStrides, forEachIndex, sizeOf, type Shape } from "../graph/shape.js";
import { assemble } from "../wasm/assembler.js";
import { v, type Expr } from "../wasm/expressions.js";
import { FunctionBuilder, type Func } from "../wasm/loops.js";
import "./index.js";
import type { Dtype, HostArray, Spec } from "../graph/node.js";
import { lanesOf } from "./elementwise.js";
import { registry, type Op, type Sample } from "../graph/op.js";
import { asData, fillInput, type FilledInput } from "../reference/sample-inputs.js";

/** The distance between two inputs in bytes; the result is in front of them. */
const spacing = 8192;

/** A loop over all positions of a result, four at a time: result[p] = write(p, inputs' lanes). */
function driver(size: number, inputs: number, write: (position: Expr, args: Expr[]) => Expr): Func {
  const b = new FunctionBuilder("run");
  b.for("p", 0, 4 * Math.ceil(size / 4), 4, (p) => {
    const address = v.n.scale(p, 4);
    const position = v.op("i32x4.add", v.op("i32x4.splat", p), v.ilanes([0, 1, 2, 3]));
    const args = Array.from({ length: inputs }, (_, i) => v.load(address, (i + 1) * spacing));
    b.store(address, 0, write(position, args));
  });
  return b.done({ exported: true });
}

/** An input's elements, broadcast to `shape`, in lanes of this type. */
function elementsOf({ shape, values }: FilledInput, target: Shape, dtype: Dtype): HostArray {
  const strides = broadcastStrides(shape, denseStrides(shape), target);
  const lanes = dtype === "int32" ? new Int32Array(sizeOf(target)) : new Float32Array(sizeOf(target));
  forEachIndex(target, (index, position) => {
    lanes[position] = values[index.reduce((at, k, axis) => at + k * strides[axis]!, 0)]!;
  });
  return lanes;
}

/** The types in which an op's code gets its inputs. A condition is float32 here. */
function typesOf({ lowering }: Op, inputs: readonly FilledInput[]): Dtype[] {
  if (lowering.kind !== "elementwise") return inputs.map(({ dtype }) => dtype);
  const condition: Dtype[] = lowering.takesMask ? ["float32"] : [];
  const operands = inputs.slice(condition.length);
  const whole = lowering.integers && operands.every(({ dtype }) => dtype === "int32");
  return [...condition, ...operands.map((): Dtype => (whole ? "int32" : "float32"))];
}

function run<A>(op: Op<A>, attrs: A, inputs: readonly FilledInput[], { shape, dtype }: Spec): HostArray {
  const { lowering } = op;
  const types = typesOf(op, inputs);
  const main = driver(sizeOf(shape), inputs.length, (position, args) => {
    if (lowering.kind === "elementwise") {
      const [first, ...others] = args;
      const operands = lowering.takesMask ? [v.op("f32x4.ne", first!, v.const(0)), ...others] : args;
      return lowering.vector(operands, attrs, lanesOf(types.at(-1)!));
    }
    if (lowering.kind === "index") return lowering.vector(position, attrs, args);
    throw new Error(`${op.name} has no vector expression`);
  });
  const bytes = assemble([main], { globals: [], sharedMaximum: undefined, fused: false });
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  for (const [i, input] of inputs.entries()) {
    const elements = elementsOf(input, shape, types[i]!);
    new Uint8Array(memory.buffer, (i + 1) * spacing).set(new Uint8Array(elements.buffer));
  }
  (exports.run as () => void)();
  const size = sizeOf(shape);
  return dtype === "int32" ? new Int32Array(memory.buffer, 0, size) : new Float32Array(memory.buffer, 0, size);
}

/** Runs a case both ways. The float32 result may be off by a few units in the last place; NaN is in the same places. */
function compare<A>(op: Op<A>, attrs: A, inputs: readonly FilledInput[], what: string): void {
  const nodes = inputs.map(asData);
  const spec = op.infer(nodes, attrs);
  const expected = op.reference(evaluate(nodes), attrs, spec);
  const actual = run(op, attrs, inputs, spec);
  const exact = expected.map(Math.fround);
  const isNaN = (list: ArrayLike<number>): boolean[] => Array.from(list, Number.isNaN);
  assert.deepEqual(isNaN(actual), isNaN(exact), `${what}: which elements are NaN`);
  const numbers = (list: ArrayLike<number>): number[] => Array.from(list, (x) => (Number.isNaN(x) ? 0 : x));
  assertClose(numbers(actual), numbers(exact), relative(4e-7), what);
}

for (const op of registry.values()) {
  if (op.lowering.kind !== "elementwise" && op.lowering.kind !== "index") continue;
  test(`${op.name}: vector expression and reference agree on its samples`, () => {
    for (const [number, { inputs, attrs }] of op.samples.entries()) {
      const filled = inputs.map((input, i) => fillInput(input, `${op.name} ${number} ${i}`));
      compare(op, attrs, filled, `sample ${number}`);
    }
  });
}

const special = [0, -0, 1, -1, 0.5, 1.5, 2.5, -0.5, -2.5, 1e30, Infinity, -Infinity, NaN];

/** The elementwise ops with this many inputs, each with the attributes of its samples. */
function elementwiseOps(arity: number): { op: Op; attrs: unknown }[] {
  return [...registry.values()].flatMap((op) => {
    if (op.lowering.kind !== "elementwise") return [];
    const fitting = op.samples.filter(({ inputs }) => inputs.length === arity);
    const distinct = new Map(fitting.map(({ attrs }) => [JSON.stringify(attrs), attrs]));
    return [...distinct.values()].map((attrs) => ({ op, attrs }));
  });
}

for (const { op, attrs } of elementwiseOps(1)) {
  test(`${op.name} ${JSON.stringify(attrs)}: vector expression and reference agree on special elements`, () => {
    compare(op, attrs, [fillInput({ shape: [special.length], values: special }, op.name)], op.name);
  });
}

for (const { op, attrs } of elementwiseOps(2)) {
  test(`${op.name}: vector expression and reference agree on special elements`, () => {
    const column = fillInput({ shape: [special.length, 1], values: special }, op.name);
    const row = fillInput({ shape: [special.length], values: special }, op.name);
    compare(op, attrs, [column, row], op.name);
  });
}

/** Whether an expression calls a vector function, such as exp. */
function callsFunction(part: unknown): boolean {
  if (typeof part !== "object" || part === null) return false;
  return ("kind" in part && part.kind === "call") || Object.values(part).some(callsFunction);
}

for (const op of registry.values()) {
  const { lowering } = op;
  if (lowering.kind !== "elementwise") continue;
  const [{ inputs, attrs }] = op.samples as [Sample<unknown>];

  test(`${op.name} is marked as expensive if it calls a vector function`, () => {
    if (
      !callsFunction(
        lowering.vector(
          inputs.map(() => v.const(1)),
          attrs,
          "f32x4",
        ),
      )
    )
      return;
    assert.ok(lowering.expensive, `add "expensive: true" to the record of ${op.name}`);
  });

  const { keepsZeros } = lowering;
  if (!keepsZeros) continue;
  test(`${op.name} gives 0 where its record says so, and only there`, () => {
    // Each subset of the inputs is 0 in turn, and the others have no zeros. A condition has both values.
    for (let subset = 0; subset < 2 ** inputs.length; subset++) {
      const isZero = (input: number): boolean => (subset & (1 << input)) !== 0;
      const filled = inputs.map((_, i) => {
        const values = i === 0 && lowering.takesMask ? [0, 1] : isZero(i) ? [0, 0] : [2, -3];
        return fillInput({ shape: [2], values }, op.name);
      });
      const nodes = filled.map(asData);
      const result = op.reference(evaluate(nodes), attrs, op.infer(nodes, attrs));
      assert.equal(
        result.every((x) => x === 0),
        keepsZeros(isZero),
        `zeros in the inputs ${subset.toString(2)}`,
      );
    }
  });
}
