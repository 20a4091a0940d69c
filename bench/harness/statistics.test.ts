import assert from "node:assert/strict";
import { test } from "node:test";
import { median, ratio, spread } from "./statistics.js";

test("the median is the middle value, or the mean of the two in the middle, and leaves the list as it is", () => {
  const values = [10, 1, 5];
  assert.equal(median(values), 5);
  assert.deepEqual(values, [10, 1, 5]);
  assert.equal(median([4, 1, 100, 2]), 3);
  assert.equal(median([7]), 7);
  assert.throws(() => median([]), { name: "RangeError", message: "there is no median of nothing" });
});

test("the spread is the distance of the extremes as a part of the median", () => {
  assert.equal(spread([9, 10, 12]), 0.3);
  assert.equal(spread([5]), 0);
});

test("a ratio compares within the rounds: a slow half of a measurement changes nothing", () => {
  assert.equal(ratio([20, 20, 40, 40, 40], [10, 10, 20, 20, 20]), 2);
  assert.equal(ratio([30, 20, 10], [10, 10, 10]), 2);
});
