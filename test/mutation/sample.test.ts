import assert from "node:assert/strict";
import { test } from "node:test";
import { sample } from "./sample.js";

const numbers = Array.from({ length: 1000 }, (_, i) => i);

test("a seed always draws the same, in order and without repetition", () => {
  const drawn = sample(numbers, 100, 7);
  assert.deepEqual(sample(numbers, 100, 7), drawn);
  assert.notDeepEqual(sample(numbers, 100, 8), drawn);
  assert.deepEqual(
    [...new Set(drawn)].sort((a, b) => a - b),
    drawn,
  );
  assert.equal(drawn.length, 100);
});

test("all parts of the list are drawn from alike", () => {
  const means = [1, 2, 3, 4, 5].map((seed) => sample(numbers, 200, seed).reduce((sum, n) => sum + n / 200, 0));
  for (const mean of means) assert.ok(Math.abs(mean - 499.5) < 75, `mean ${mean}`);
});

test("where there are fewer, all are drawn", () => assert.deepEqual(sample([3, 1, 2], 10, 1), [3, 1, 2]));
