/** What the samples of elementwise ops do not cover: equal elements, NaN, types, errors, and constant exponents. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ShapeError } from "../errors/errors.js";
import { gradients } from "../autograd/gradients.js";
import type { Dtype, Node } from "../graph/node.js";
import { evaluate } from "../reference/reference.js";
import { Variable } from "../graph/variable.js";
import * as ops from "./index.js";

const float = (...values: number[]): Node => ops.data(Float32Array.from(values), [values.length], "float32");
const int = (...values: number[]): Node => ops.data(Int32Array.from(values), [values.length], "int32");
const parameter = (...values: number[]): Node =>
  ops.variable(new Variable([values.length], "float32", Float32Array.from(values)), true);
const valuesOf = (node: Node): number[] => [...evaluate([node])[0]!.data];

/** The gradients of Σ y with respect to these inputs. */
function gradientsOf(y: Node, inputs: readonly Node[]): number[][] {
  const flows = gradients(y, ops.constant(1, y.shape));
  return inputs.map((input) => valuesOf(flows.get(input)!));
}

test("maximum and minimum split the gradient evenly between equal elements, as in PyTorch", () => {
  const [a, b] = [parameter(1, 2, 3), parameter(1, 5, 0)];
  assert.deepEqual(gradientsOf(ops.maximum(a, b), [a, b]), [
    [0.5, 0, 1],
    [0.5, 1, 0],
  ]);
  assert.deepEqual(gradientsOf(ops.minimum(a, b), [a, b]), [
    [0.5, 1, 0],
    [0.5, 0, 1],
  ]);
});

test("NaN passes through relu, maximum and minimum; sign(NaN) is 0", () => {
  assert.deepEqual(valuesOf(ops.relu(float(NaN, -1, 2))), [NaN, 0, 2]);
  assert.deepEqual(valuesOf(ops.maximum(float(NaN), float(1))), [NaN]);
  assert.deepEqual(valuesOf(ops.minimum(float(1), float(NaN))), [NaN]);
  assert.deepEqual(valuesOf(ops.sign(float(NaN))), [0]);
});

test("relu has gradient 0 at 0", () => {
  const x = parameter(-1, 0, 2);
  assert.deepEqual(gradientsOf(ops.relu(x), [x]), [[0, 0, 1]]);
});

test("round rounds halves to even", () => {
  assert.deepEqual(valuesOf(ops.round(float(0.5, 1.5, 2.5, -0.5, -1.5, 2.4, -2.6))), [0, 2, 2, 0, -2, 2, -3]);
});

test("floor, ceil, round and sign have a gradient of zeros", () => {
  for (const flat of [ops.floor, ops.ceil, ops.round, ops.sign]) {
    const x = parameter(0.3, -1.7);
    assert.deepEqual(gradientsOf(flat(x), [x]), [[0, 0]]);
  }
});

test("int32 stays int32 only if integers give integers", () => {
  const [i, j, f] = [int(6, 7), int(2, 3), float(1, 2)];
  const types: [Node, Dtype][] = [
    [ops.add(i, j), "int32"],
    [ops.sub(i, f), "float32"],
    [ops.mul(f, j), "float32"],
    [ops.div(i, j), "float32"],
    [ops.pow(i, j), "int32"],
    [ops.pow(i, f), "float32"],
    [ops.pow(i, ops.constant(2)), "float32"],
    [ops.maximum(i, j), "int32"],
    [ops.neg(i), "int32"],
    [ops.abs(i), "int32"],
    [ops.relu(i), "int32"],
    [ops.sign(i), "int32"],
    [ops.exp(i), "float32"],
    [ops.floor(i), "int32"],
    [ops.eq(f, f), "int32"],
    [ops.where(ops.gt(f, f), i, j), "int32"],
    [ops.where(i, i, f), "float32"],
    [ops.mean(i, [0]), "float32"],
    [ops.sum(i, [0]), "int32"],
    [ops.argmax(f, 0), "int32"],
    [ops.matmul(i, j), "int32"],
    [ops.matmul(i, f), "float32"],
    [ops.cat([i, f], 0), "float32"],
  ];
  for (const [node, dtype] of types) assert.equal(node.dtype, dtype, node.op.name);
});

test("a power with a simple constant exponent does not use pow", () => {
  const x = parameter(-3, 2);
  assert.equal(ops.pow(x, ops.constant(1)), x);
  for (const exponent of [0, 2, 3, 0.5, -0.5, -1, -2]) {
    assert.notEqual(ops.pow(x, ops.constant(exponent)).op.name, "pow", String(exponent));
  }
  assert.deepEqual(gradientsOf(ops.pow(x, ops.constant(2)), [x]), [[-6, 4]]);
  assert.deepEqual(gradientsOf(ops.pow(x, ops.constant(4)), [x]), [[-108, 32]]);
});

test("0 to the power of 0 is 1 and has gradient 0; a base of 0 does not make the exponent's gradient NaN", () => {
  const [a, b] = [parameter(0, 0), parameter(0, 2)];
  const y = ops.pow(a, b);
  assert.deepEqual(valuesOf(y), [1, 0]);
  assert.deepEqual(gradientsOf(y, [a, b]), [
    [0, 0],
    [0, 0],
  ]);
});

test("an integer result requires no gradient, detach cuts the graph, and a cast to the same type adds no node", () => {
  const x = parameter(1, 2);
  assert.equal(ops.gt(x, ops.constant(0)).requiresGrad, false);
  assert.equal(ops.cast(x, "int32").requiresGrad, false);
  assert.equal(ops.detach(x).requiresGrad, false);
  assert.deepEqual(valuesOf(ops.detach(x)), [1, 2]);
  assert.equal(ops.detach(float(1)).op.name, "data");
  assert.equal(ops.cast(x, "float32"), x);
});

test("shapes that do not broadcast are an error that names both shapes and the axis", () => {
  const [a, b] = [ops.constant(0, [2, 3]), ops.constant(0, [2, 1, 4])];
  assert.throws(() => ops.add(a, b), ShapeError);
  assert.throws(
    () => ops.add(a, b),
    /^ShapeError: add: \[2,3\] and \[2,1,4\] do not broadcast: 3 and 4 differ at axis -1/,
  );
  assert.throws(() => ops.where(ops.constant(0, [5]), a, a), /^ShapeError: where: .*do not broadcast/);
});
