/** A check of numbers whose range depends on other arguments. */
import { ArgumentError } from "./errors.js";

/** Throws unless a number is an integer from `least` to `most`, both included. */
export function checkInteger(op: string, name: string, value: number, least: number, most = Infinity): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const range = most === Infinity ? `an integer of at least ${least}` : `an integer from ${least} to ${most}`;
  throw new ArgumentError({ op, problem: `invalid ${name}`, expected: range, got: String(value) });
}
