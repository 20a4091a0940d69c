/** Which graphs have the same structure: those that one program can compute, on other data. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Node, VariableNode } from "../graph/node.js";
import { Variable } from "../graph/variable.js";
import * as ops from "../ops/index.js";
import { structureOf, StructureTable } from "./structure.js";

const leaf = (...values: number[]): Node => ops.data(Float32Array.from(values), [values.length], "float32");
const integers = (...values: number[]): Node => ops.data(Int32Array.from(values), [values.length], "int32");
const read = (variable: Variable): VariableNode => ops.variable(variable, false);
const variable = (length = 2): Variable => new Variable([length], "float32");

/** Whether the program of one graph would be found for another. */
function alike(known: readonly Node[], other: readonly Node[]): boolean {
  const table = new StructureTable<string>();
  table.add(structureOf(known, []), "program");
  return table.find(structureOf(other, [])) === "program";
}

describe("a structure numbers what a program takes its data from", () => {
  test("inputs come before users, each node once", () => {
    const [x, y] = [leaf(1, 2), leaf(3, 4)];
    const sum = ops.add(x, y);
    const root = ops.mul(sum, x);
    const { order, results, leaves, updates } = structureOf([root, sum], []);
    assert.deepEqual(order, [x, y, sum, root]);
    assert.deepEqual(results, [3, 2]);
    assert.deepEqual(leaves, [x, y]);
    assert.equal(updates, 0);
  });

  test("what is known already is a leaf: nothing that it came from is needed", () => {
    const sum = ops.add(leaf(1, 2), leaf(3, 4));
    sum.value = Float32Array.of(4, 6);
    const { order, leaves } = structureOf([ops.neg(sum)], []);
    assert.equal(order.length, 2);
    assert.deepEqual(leaves, [sum]);
  });

  test("a variable is one read for each age, however many nodes stand for it", () => {
    const [v, w] = [variable(), variable()];
    const before = read(v);
    v.write(Float32Array.of(1, 2));
    const [after, again, other] = [read(v), read(v), read(w)];
    const sum = ops.add(ops.add(before, after), ops.add(other, again));
    const { reads, readOf } = structureOf([sum], []);
    assert.deepEqual(reads, [before, after, other]);
    assert.deepEqual([before, after, again, other].map(readOf), [0, 1, 1, 2]);
  });

  test("results to be written come after those that are asked for", () => {
    const v = variable();
    const [asked, written] = [ops.neg(read(v)), ops.exp(leaf(1, 2))];
    const { order, results, updates } = structureOf([asked], [{ variable: v, value: written }]);
    assert.deepEqual(
      results.map((place) => order[place]),
      [asked, written],
    );
    assert.equal(updates, 1);
  });
});

describe("graphs are alike", () => {
  test("with other data", () => assert.ok(alike([ops.exp(leaf(1, 2))], [ops.exp(leaf(3, 4))])));

  test("with other variables of the same shape", () =>
    assert.ok(alike([ops.exp(read(variable()))], [ops.exp(read(variable()))])));

  test("with equal attributes in other objects", () => {
    const pad = (): Node => ops.pad(leaf(1, 2), { before: [1], after: [0], interior: [2], value: NaN });
    assert.ok(alike([pad()], [pad()]));
  });

  test("where a leaf was computed before", () => {
    const computed = ops.exp(leaf(1, 2));
    computed.value = Float32Array.of(5, 6);
    assert.ok(alike([ops.neg(leaf(1, 2))], [ops.neg(computed)]));
  });
});

describe("graphs differ", () => {
  const [x, y] = [leaf(1, 2), leaf(3, 4)];
  const v = variable();
  const pad = (before: number, value = 0): Node => ops.pad(x, { before: [before], after: [0], interior: [0], value });
  const pairs: Readonly<Record<string, readonly [readonly Node[], readonly Node[]]>> = {
    "in an op": [[ops.exp(x)], [ops.log(x)]],
    "in the leaves' shape": [[ops.exp(x)], [ops.exp(leaf(1, 2, 3))]],
    "in the leaves' dtype": [[ops.cast(x, "int32")], [ops.cast(integers(1, 2), "int32")]],
    "in a constant's shape": [[ops.exp(ops.constant(1, [2]))], [ops.exp(ops.constant(1, [3]))]],
    "in a constant's value": [[ops.exp(ops.constant(1))], [ops.exp(ops.constant(2))]],
    "in a variable's shape": [[ops.exp(read(v))], [ops.exp(read(variable(3)))]],
    "in a list of attributes": [[pad(1)], [pad(2)]],
    "in a number among the attributes": [[pad(1, 0)], [pad(1, -0)]],
    "in which input comes first": [[ops.sub(ops.exp(x), y)], [ops.sub(y, ops.exp(x))]],
    "in whether two inputs are one": [[ops.add(ops.exp(x), ops.log(x))], [ops.add(ops.exp(x), ops.log(y))]],
    "in whether two variables are one": [
      [ops.add(ops.exp(read(v)), ops.exp(read(v)))],
      [ops.add(ops.exp(read(v)), ops.exp(read(variable())))],
    ],
    "in what is data and what is a variable": [[ops.exp(x)], [ops.exp(read(v))]],
    "in what is computed and what is known": [[ops.exp(x)], [x]],
    "in the results' order": [
      [ops.exp(x), x],
      [x, ops.exp(x)],
    ],
    "in how many results there are": [[ops.exp(x), x], [ops.exp(x)]],
  };
  for (const [what, [a, b]] of Object.entries(pairs)) {
    test(what, () => {
      assert.ok(!alike(a, b));
      assert.ok(!alike(b, a));
    });
  }

  test("in the number of attributes", () => {
    // The second graph's attributes have one more, which is not there in the first.
    const [plain, more] = [ops.exp(x), ops.exp(x)];
    Object.assign(plain, { attrs: { a: 1 } });
    Object.assign(more, { attrs: { a: 1, b: undefined } });
    assert.ok(!alike([plain], [more]));
    assert.ok(!alike([more], [plain]));
  });

  test("in an attribute that is an empty list here and a number there", () => {
    const [list, number] = [ops.exp(x), ops.exp(x)];
    Object.assign(list, { attrs: { a: [] } });
    Object.assign(number, { attrs: { a: 5 } });
    assert.ok(!alike([list], [number]));
    assert.ok(!alike([number], [list]));
  });

  test("in what is asked for and what is written", () => {
    const result = ops.exp(x);
    const table = new StructureTable<string>();
    table.add(structureOf([result], []), "asked");
    table.add(structureOf([], [{ variable: v, value: result }]), "written");
    assert.equal(table.find(structureOf([ops.exp(y)], [])), "asked");
    assert.equal(table.find(structureOf([], [{ variable: variable(), value: ops.exp(y) }])), "written");
  });

  test("in whether a variable is read at two ages", () => {
    const w = variable();
    const before = read(w);
    w.write(Float32Array.of(1, 2));
    const after = read(w);
    assert.ok(!alike([ops.sub(before, after)], [ops.sub(after, after)]));
    // Both read first one age and then another: where those lie is told to the program in each run.
    assert.ok(alike([ops.sub(before, after)], [ops.sub(after, before)]));
  });
});

test("a table finds each structure's own value, among others of the same size", () => {
  const table = new StructureTable<string>();
  const build: Readonly<Record<string, (x: Node) => Node>> = { exp: ops.exp, log: ops.log, tanh: ops.tanh };
  for (const [name, op] of Object.entries(build)) table.add(structureOf([op(leaf(1, 2))], []), name);
  for (const [name, op] of Object.entries(build)) assert.equal(table.find(structureOf([op(leaf(5, 6))], [])), name);
  assert.equal(table.find(structureOf([ops.neg(leaf(1, 2))], [])), undefined);
  assert.equal(table.find(structureOf([ops.neg(ops.exp(leaf(1, 2)))], [])), undefined);
});

test("a structure may be added after other graphs that share its nodes were walked", () => {
  const [x, y] = [leaf(1, 2), leaf(3, 4)];
  const shared = ops.exp(x);
  const structure = structureOf([ops.sub(y, shared)], []);
  structureOf([shared], []); // numbers the shared nodes anew
  const table = new StructureTable<string>();
  table.add(structure, "program");
  assert.equal(table.find(structureOf([ops.sub(leaf(1, 2), ops.exp(leaf(3, 4)))], [])), "program");
});
