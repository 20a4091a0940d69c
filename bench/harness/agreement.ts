/** Whether two peers have computed the same: a benchmark of different things says nothing. */
import type { Check } from "./protocol.js";

/** A peer computes something else. */
export class Disagreement extends Error {}

/** The largest difference, as a part of the largest value that is right. */
export function largestError(values: readonly number[], right: readonly number[]): number {
  const scale = right.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  return right.reduce((top, value, i) => Math.max(top, Math.abs(values[i]! - value)), 0) / scale;
}

/** The root of the mean square of the differences, as a part of that of the values that are right. */
export function meanError(values: readonly number[], right: readonly number[]): number {
  const squares = (list: readonly number[]): number => list.reduce((sum, value) => sum + value * value, 0);
  return Math.sqrt(squares(right.map((value, i) => value - values[i]!)) / squares(right));
}

/**
 * Compares what a peer has computed with what another has.
 * @throws Disagreement if a value is missing, has another length, or differs by more than `tolerance` of the largest
 */
export function requireAgreement(name: string, check: Check, reference: Check, tolerance: number): void {
  for (const [what, right] of Object.entries(reference.values)) {
    const values = check.values[what];
    if (values?.length !== right.length) {
      const got = values === undefined ? "none" : String(values.length);
      throw new Disagreement(`${name} gives ${got} of the ${right.length} ${what}`);
    }
    const error = largestError(values, right);
    if (error <= tolerance) continue; // NaN is no agreement
    const [first, firstRight] = [values, right].map((list) => list.slice(0, 4).join(", "));
    throw new Disagreement(
      `${name} computes something else: ${what} differ by ${error.toExponential(1)} of the largest, ` +
        `${tolerance.toExponential(0)} is allowed (${first} instead of ${firstRight})`,
    );
  }
}
