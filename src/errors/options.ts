/** Options of layers, optimizers and schedules: named arguments with defaults. */
import { ArgumentError } from "./errors.js";

/**
 * Fills in the defaults of options that are not given.
 * @throws ArgumentError for an option that does not exist
 */
export function withDefaults<T extends object>(op: string, defaults: T, given: Partial<T>): T {
  refuseUnknown(op, Object.keys(defaults), given);
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(present) };
}

/** @throws ArgumentError for an option that does not exist */
function refuseUnknown(op: string, known: readonly string[], given: object): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new ArgumentError({ op, problem: `there is no option "${unknown}"`, expected: `one of ${known.join(", ")}` });
}

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
