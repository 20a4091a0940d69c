import assert from "node:assert/strict";
import { test } from "node:test";
import { makeClock } from "./clock.js";

test("the time between two marks counts for the first of them, and adds up", (t) => {
  let now = 100;
  t.mock.method(performance, "now", () => now);
  const sums = new Float64Array(3);
  const mark = makeClock(sums);
  const at = (time: number, one: number): void => {
    now = time;
    mark(one);
  };
  at(100, 0);
  assert.deepEqual([...sums], [0, 0, 0]);
  at(105, 1); // 5 for mark 0
  at(107, 0); // 2 for mark 1
  at(110, 2); // 3 more for mark 0
  at(111, 2); // 1 for mark 2
  assert.deepEqual([...sums], [8, 2, 1]);
});
