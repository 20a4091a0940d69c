import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoopValue } from "../../kernels/loop-nest.js";
import * as ops from "../../ops/index.js";
import { ValueTable } from "./value-table.js";

const [x, y] = [ops.constant(1), ops.constant(2)];

test("a node's value is made only once for each domain", () => {
  const table = new ValueTable();
  const made: string[] = [];
  const ask = (name: string, domain: readonly number[], node: typeof x): LoopValue =>
    table.get(domain, node, () => {
      made.push(name);
      return { kind: "position", axis: made.length } as unknown as LoopValue;
    });
  const shape = [2, 3];
  const first = ask("x by rows", shape, x);
  assert.equal(ask("again", shape, x), first);
  ask("y by rows", shape, y);
  ask("x as one row", [6], x);
  // Another array of the same numbers is the same domain.
  assert.equal(ask("x by equal rows", [2, 3], x), first);
  assert.equal(ask("again, after others", shape, x), first);
  assert.deepEqual(made, ["x by rows", "y by rows", "x as one row"]);
});
