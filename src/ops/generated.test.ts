/** Statistical tests of the random numbers: moments, correlations and balance of bits, for similar keys. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../reference/reference.js";
import { data, random } from "./index.js";

const count = 1 << 16;
/** Five standard deviations of the mean of `count` numbers with variance 1. */
const bound = 5 / Math.sqrt(count);

function numbers(key0: number, key1: number): Float64Array {
  return evaluate([random(data(Int32Array.of(key0, key1), [2], "int32"), [count])])[0]!.data;
}

/** Uniform numbers in [0, 1), normalised to mean 0 and variance 1. */
const standard = (x: number): number => (x - 0.5) * Math.sqrt(12);

function correlation(a: Float64Array, b: Float64Array, lag = 0): number {
  let sum = 0;
  for (let i = 0; i + lag < count; i++) sum += standard(a[i]!) * standard(b[i + lag]!);
  return sum / (count - lag);
}

const keys: readonly [number, number][] = [
  [0, 0],
  [1, 0],
  [0, 1],
  [2147483647, -2147483648],
  [123456789, 987654321],
];

for (const key of keys) {
  test(`key ${key.join(", ")}: uniform, with independent neighbours`, () => {
    const list = numbers(...key);
    assert.ok(list.every((x) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 24)));
    const mean = list.reduce((sum, x) => sum + standard(x), 0) / count;
    assert.ok(Math.abs(mean) < bound, `mean ${mean}`);
    // The variance of standard(x)² is 4/5.
    assert.ok(Math.abs(correlation(list, list) - 1) < bound, "variance");
    for (const lag of [1, 2, 3, 4, 5, 7, 8, 16, 32, 64, 169, 676, 1024, 4096]) {
      assert.ok(Math.abs(correlation(list, list, lag)) < 1.1 * bound, `correlation at distance ${lag}`);
    }
  });

  test(`key ${key.join(", ")}: each of the 24 bits is set half of the time, and 256 bins are equally full`, () => {
    const list = numbers(...key);
    for (let bit = 0; bit < 24; bit++) {
      const set = list.reduce((sum, x) => sum + (((x * 2 ** 24) >>> bit) & 1), 0);
      assert.ok(Math.abs((2 * set) / count - 1) < bound, `bit ${bit}`);
    }
    const full = new Float64Array(256);
    for (const x of list) full[Math.floor(x * 256)]!++;
    const chiSquare = full.reduce((sum, n) => sum + (n - count / 256) ** 2 / (count / 256), 0);
    // 255 degrees of freedom: mean 255, standard deviation √510.
    assert.ok(Math.abs(chiSquare - 255) < 5 * Math.sqrt(510), `chi-square ${chiSquare}`);
  });
}

test("similar keys give unrelated numbers, and equal keys give equal ones", () => {
  for (const [i, a] of keys.entries()) {
    for (const b of keys.slice(i + 1)) {
      assert.ok(Math.abs(correlation(numbers(...a), numbers(...b))) < bound, `${a.join()} and ${b.join()}`);
    }
  }
  for (let step = 1; step <= 8; step++) {
    assert.ok(Math.abs(correlation(numbers(7, 40), numbers(7 + step, 40))) < bound, `first word + ${step}`);
    assert.ok(Math.abs(correlation(numbers(7, 40), numbers(7, 40 + step))) < bound, `second word + ${step}`);
  }
  assert.deepEqual(numbers(3, 4), numbers(3, 4));
});
