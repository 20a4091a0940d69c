/** Checks of numbers that depend on other arguments, or come from files. */
import { ArgumentError } from "./errors.js";

/**
 * Throws unless a number lies in its range.
 * @param below the first number that is too large, if any
 */
export function checkRange(op: string, name: string, value: number, least: number, below = Infinity): void {
  if (typeof value === "number" && value >= least && value < below) return;
  const range = below === Infinity ? `a number from ${least}` : `a number from ${least} to below ${below}`;
  throw new ArgumentError({ op, problem: `invalid ${name}`, expected: range, got: String(value) });
}

/** Throws unless a number is an integer from `least` to `most`, both included. */
export function checkInteger(op: string, name: string, value: number, least: number, most = Infinity): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const range = most === Infinity ? `an integer of at least ${least}` : `an integer from ${least} to ${most}`;
  throw new ArgumentError({ op, problem: `invalid ${name}`, expected: range, got: String(value) });
}
