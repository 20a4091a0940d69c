import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertClose, assertCloseTo, ofLargest, relative, type Tolerance } from "./closeness.js";

function passes(actual: readonly number[], expected: readonly number[], tolerance: Tolerance): void {
  assertClose(actual, expected, tolerance);
}

function fails(actual: readonly number[], expected: readonly number[], tolerance: Tolerance): void {
  assert.throws(() => assertClose(actual, expected, tolerance), assert.AssertionError);
}

test("a failure names the element, both numbers, the distance and what is allowed", () => {
  assert.throws(() => assertClose([1, 2.5], [1, 2], absolute(0.25), "the gradient"), {
    message: "the gradient: element 1 is 2.5, expected 2; it is off by 0.5, allowed 0.25",
  });
  assert.throws(() => assertCloseTo(2.5, 2, relative(0.125), "the loss"), {
    message: "the loss is 2.5, expected 2; it is off by 0.5, allowed 0.25",
  });
});

test("each kind of tolerance allows its own distance, and no more", () => {
  passes([1.5, 100.5], [1, 100], absolute(0.5));
  fails([1.5, 100.75], [1, 100], absolute(0.5));

  passes([1.25, -125], [1, -100], relative(0.25));
  fails([1.5, -125], [1, -100], relative(0.25));
  passes([0.25], [0], relative(0.25, 1));
  fails([0.25], [0], relative(0.25));

  passes([0.5, -2], [0, -2], ofLargest(0.25));
  fails([0.75, -2], [0, -2], ofLargest(0.25));
  passes([0.25], [0], ofLargest(0.25, 1));
  fails([0.5], [0], ofLargest(0.25, 1));
});

test("NaN and missing or additional numbers fail, however much is allowed", () => {
  const anything = absolute(Infinity);
  fails([NaN], [1], anything);
  fails([1], [NaN], anything);
  fails([NaN], [NaN], anything);
  fails([1], [1, 2], anything);
  fails([1, 2], [1], anything);
  assert.throws(() => assertCloseTo(NaN, 1, anything), assert.AssertionError);
  assert.throws(() => assertCloseTo(NaN, NaN, anything), assert.AssertionError);
});

test("an infinite number must be the expected one, and widens no tolerance", () => {
  passes([Infinity, -Infinity], [Infinity, -Infinity], absolute(0));
  fails([Infinity], [-Infinity], absolute(Infinity));
  fails([1], [Infinity], relative(1));
  fails([Infinity, 2], [Infinity, 1], ofLargest(0.5));
});

test("0 and -0 are equal", () => passes([0, -0], [-0, 0], absolute(0)));
