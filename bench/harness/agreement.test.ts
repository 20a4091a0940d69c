import assert from "node:assert/strict";
import { test } from "node:test";
import { Disagreement, largestError, meanError, requireAgreement } from "./agreement.js";

test("errors are relative to the largest expected value", () => {
  assert.equal(largestError([1, 2, -3.5], [1, 2, -4]), 0.125);
  assert.equal(meanError([3, 4], [3, 0]), 4 / 3);
  assert.equal(largestError([1, 2], [1, 2]), 0);
});

const right = { values: { losses: [2, 1] } };
const agree = (losses: readonly number[], tolerance = 1e-4): void =>
  requireAgreement("peer", { values: { losses } }, right, tolerance);

test("values within the tolerance agree", () => {
  agree([2.0001, 0.9999]);
  agree([2, 1], 0);
});

test("a peer with different results is named, with what differs and by how much", () => {
  assert.throws(
    () => agree([2, 1.001]),
    (error) => {
      assert.ok(error instanceof Disagreement);
      assert.equal(
        error.message,
        "peer computes different results: losses differ by 5.0e-4 of the largest value, 1e-4 is allowed (2, 1.001 instead of 2, 1)",
      );
      return true;
    },
  );
});

test("NaN does not agree with anything", () => {
  assert.throws(() => agree([2, NaN]), Disagreement);
});

test("missing values and wrong counts do not agree", () => {
  assert.throws(() => agree([2]), { message: "peer returned 1 of the 2 losses" });
  assert.throws(() => requireAgreement("peer", { values: {} }, right, 1), {
    message: "peer returned none of the 2 losses",
  });
});
