/** Comparing numbers that may differ by rounding. */
import assert from "node:assert/strict";

/**
 * How far a number may be from the expected one.
 * @param expected what the number should be
 * @param largest the largest magnitude among all expected numbers that are finite; 0 if there are none
 */
export type Tolerance = (expected: number, largest: number) => number;

/** The same distance for all numbers. */
export function absolute(distance: number): Tolerance {
  return () => distance;
}

/** A part of each expected number, or of `least` where that is larger. */
export function relative(part: number, least = 0): Tolerance {
  return (expected) => part * Math.max(least, Math.abs(expected));
}

/** A part of the largest expected number, or of `least` where that is larger. */
export function ofLargest(part: number, least = 0): Tolerance {
  return (_, largest) => part * Math.max(least, largest);
}

/**
 * Fails unless there are as many numbers as expected and each is within its tolerance. NaN always fails; an infinite
 * number must be the expected one.
 * @param what what the numbers are, for the message
 */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
  what = "the result",
): void {
  assert.equal(actual.length, expected.length, `${what}: ${actual.length} numbers, expected ${expected.length}`);
  const wanted = Array.from(expected);
  const largest = wanted.reduce((top, x) => (Number.isFinite(x) ? Math.max(top, Math.abs(x)) : top), 0);
  wanted.forEach((x, i) => {
    const [found, allowed] = [actual[i]!, tolerance(x, largest)];
    if (isClose(found, x, allowed)) return;
    const distance = Math.abs(found - x);
    assert.fail(`${what}: element ${i} is ${found}, expected ${x}; it is off by ${distance}, allowed ${allowed}`);
  });
}

/** As `assertClose`, for one number. */
export function assertCloseTo(actual: number, expected: number, tolerance: Tolerance, what = "the result"): void {
  const allowed = tolerance(expected, Number.isFinite(expected) ? Math.abs(expected) : 0);
  if (isClose(actual, expected, allowed)) return;
  assert.fail(
    `${what} is ${actual}, expected ${expected}; it is off by ${Math.abs(actual - expected)}, allowed ${allowed}`,
  );
}

/** Equal numbers are close whatever is allowed, also infinite ones; nothing else is close to an infinite number. */
function isClose(actual: number, expected: number, allowed: number): boolean {
  return actual === expected || (Number.isFinite(expected) && Math.abs(actual - expected) <= allowed);
}
