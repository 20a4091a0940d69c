import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "./options.js";

const read = (...words: readonly string[]) => readOptions(words, ["size", "training"], false);

test("without options all suites run", () => {
  assert.deepEqual(read(), { quick: false, only: ["size", "training"], out: "bench/results/latest.json" });
});

test("suites are chosen by their names", () => {
  const options = read("--quick", "--only", "training", "--out", "x.json");
  assert.deepEqual(options, { quick: true, only: ["training"], out: "x.json" });
});

test("an unknown suite is refused with the names of the existing ones", () => {
  assert.throws(() => read("--only", "size,speed"), /There is no suite "speed": size, training\./);
});
