import assert from "node:assert/strict";
import { test } from "node:test";
import { closest } from "./closest.js";

const known = ["rotation", "shift", "stepSize", "gamma", "Conv2d", "ReLU", "logSoftmax"];
for (const [name, meant] of [
  ["log_softmax", "logSoftmax"],
  ["Conv2D", "Conv2d"],
  ["step_size", "stepSize"],
  ["gama", "gamma"],
  ["rotate", "rotation"],
  ["rota", "rotation"],
  ["relu", "ReLU"],
  ["flip", undefined],
  ["rot", undefined],
  ["logarithm", undefined],
  ["", undefined],
] as const) {
  test(`${name || "nothing"} means ${meant ?? "none of them"}`, () => assert.equal(closest(name, known), meant));
}
