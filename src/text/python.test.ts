import assert from "node:assert/strict";
import { test } from "node:test";
import { pythonTuple } from "./python.js";

test("a tuple of one element ends with a comma, as in Python", () => {
  assert.deepEqual([[], [3], [3, 4]].map(pythonTuple), ["()", "(3,)", "(3, 4)"]);
});
