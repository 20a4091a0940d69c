/** Checks that two peers computed the same thing. A benchmark of different work says nothing. */
import type { Check } from "./protocol.js";

/** A peer computed something different. */
export class Disagreement extends Error {}

/** The largest difference, relative to the largest expected value. */
export function largestError(values: readonly number[], right: readonly number[]): number {
  const scale = right.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  return right.reduce((top, value, i) => Math.max(top, Math.abs(values[i]! - value)), 0) / scale;
}

/** The root mean square of the differences, relative to that of the expected values. */
export function meanError(values: readonly number[], right: readonly number[]): number {
  const squares = (list: readonly number[]): number => list.reduce((sum, value) => sum + value * value, 0);
  return Math.sqrt(squares(right.map((value, i) => value - values[i]!)) / squares(right));
}

/**
 * Compares a peer's results with the expected ones.
 * @throws Disagreement if a value is missing, has the wrong length, or differs by more than `tolerance` times the largest
 */
export function requireAgreement(name: string, check: Check, reference: Check, tolerance: number): void {
  for (const [what, right] of Object.entries(reference.values)) {
    const values = check.values[what];
    if (values?.length !== right.length) {
      const got = values === undefined ? "none" : String(values.length);
      throw new Disagreement(`${name} returned ${got} of the ${right.length} ${what}`);
    }
    const error = largestError(values, right);
    if (error <= tolerance) continue; // NaN is no agreement
    const [first, firstRight] = [values, right].map((list) => list.slice(0, 4).join(", "));
    throw new Disagreement(
      `${name} computes different results: ${what} differ by ${error.toExponential(1)} of the largest value, ` +
        `${tolerance.toExponential(0)} is allowed (${first} instead of ${firstRight})`,
    );
  }
}
