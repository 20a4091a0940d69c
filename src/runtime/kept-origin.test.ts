/** When what a program keeps between its runs has to be computed again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { VariableNode } from "../graph/node.js";
import { Variable } from "../graph/variable.js";
import * as ops from "../ops/index.js";
import { KeptOrigin } from "./kept-origin.js";

const variable = (): Variable => new Variable([1], "float32");
const read = (of: Variable): VariableNode => ops.variable(of, false);

test("at first, and whenever a variable that counts has new contents", () => {
  const origin = new KeptOrigin();
  const [v, w] = [variable(), variable()];
  const changes = (): boolean => origin.changes([read(v), read(w)], [1]);
  assert.equal(changes(), true);
  assert.equal(changes(), false);
  w.write(Float32Array.of(1));
  assert.equal(changes(), true);
  assert.equal(changes(), false);
  v.write(Float32Array.of(1)); // does not count
  assert.equal(changes(), false);
});

test("when the program runs with other variables, whose contents are as old", () => {
  const origin = new KeptOrigin();
  const [v, w] = [variable(), variable()];
  origin.changes([read(v), read(v)], [0, 1]);
  assert.equal(origin.changes([read(v), read(w)], [0, 1]), true);
  assert.equal(origin.changes([read(w), read(w)], [0, 1]), true);
  assert.equal(origin.changes([read(w), read(w)], [0, 1]), false);
});

test("once, where it follows from constants alone", () => {
  const origin = new KeptOrigin();
  assert.equal(origin.changes([], []), true);
  assert.equal(origin.changes([], []), false);
});
