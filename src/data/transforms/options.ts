/** Checks of the arguments of transforms. */
import { ArgumentError } from "../../errors/errors.js";
import { kind, number, pairOf } from "../../errors/kinds.js";

/** How a value between pixels is computed: from the nearest pixel, or by interpolating between the four around it. */
export type Interpolation = "nearest" | "bilinear";
/** The smallest and the largest value. */
export type Range = readonly [low: number, high: number];

const two = pairOf(number);

/** A number, or a smallest and a largest one. */
export const range = kind<number | Range>("a number, or two in an array", (value) =>
  Array.isArray(value) ? two.accepts(value) : number.accepts(value),
);

/** Throws an ArgumentError that says what was expected, unless `valid`. */
export function check(op: string, valid: boolean, problem: string, expected: string, got: unknown): void {
  if (valid) return;
  throw new ArgumentError({ op, problem, expected, got: JSON.stringify(got) });
}

/** Turns a number x ≥ 0 into the range from −x to x, and returns an ascending range unchanged. */
export function symmetricRange(op: string, name: string, given: number | Range): Range {
  const range: Range = typeof given === "number" ? [-given, given] : given;
  const valid = range.every(Number.isFinite) && range[0] <= range[1];
  check(op, valid, `invalid ${name}`, "a number from 0 up, or an ascending pair", given);
  return range;
}
