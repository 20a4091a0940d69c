/** Where a program's data lies: leaves come anew with each run, constants belong to the program, variables outlive it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Variable } from "../../graph/variable.js";
import type { Node } from "../../graph/node.js";
import * as ops from "../../ops/index.js";
import { ProgramData } from "./program-data.js";

const leaf = ops.data(Float32Array.of(1, 2), [2], "float32");
const constant = ops.data(Float32Array.of(3, 4, 5), [3], "float32");

/** Two variables are read; only `leaf` comes with each run. */
const numbering = {
  leaf: (node: Node) => (node === leaf ? 7 : undefined),
  read: () => 1,
  reads: 2,
};

test("a leaf becomes an input, and other data a constant that stays the same", () => {
  const data = new ProgramData(numbering);
  const input = data.elementsOf(leaf, leaf.value!).buffer;
  const fixed = data.elementsOf(constant, constant.value!).buffer;
  assert.deepEqual([input.name, input.elements], ["input", 2]);
  assert.deepEqual([fixed.name, fixed.elements], ["constant", 3]);
  assert.deepEqual(data.inputs, [{ buffer: input, leaf: 7 }]);
  assert.deepEqual(data.constants, [{ buffer: fixed, elements: Float32Array.of(3, 4, 5) }]);
  assert.deepEqual([...data.steady], [fixed]);
  assert.deepEqual([data.isLeaf(leaf), data.isLeaf(constant)], [true, false]);
});

test("the slots of variables that are read come before those of their new contents", () => {
  const data = new ProgramData(numbering);
  const variable = ops.variable(new Variable([4], "float32"), true);
  const read = data.contentsOf(variable).buffer;
  const written = data.targetOf(0, variable).buffer;
  assert.notEqual(read, written);
  assert.deepEqual([data.slots[1], data.slots[2]], [read, written]);
  assert.equal(data.contentsOf(variable).buffer, read);
});
