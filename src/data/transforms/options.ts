/** Checks of what transforms are given. */
import { ArgumentError } from "../../errors/errors.js";

/** How a value between pixels is found: the nearest pixel's, or between the four around it. */
export type Interpolation = "nearest" | "bilinear";
/** The least and the greatest value. */
export type Range = readonly [low: number, high: number];

/** Refuses with what was expected unless `valid`. */
export function check(op: string, valid: boolean, problem: string, expected: string, got: unknown): void {
  if (valid) return;
  throw new ArgumentError({ op, problem, expected, got: JSON.stringify(got) });
}

/** A range from −x to x for a number x ≥ 0; an ascending range stays. */
export function symmetricRange(op: string, name: string, given: number | Range): Range {
  const range: Range = typeof given === "number" ? [-given, given] : given;
  const valid = range.every(Number.isFinite) && range[0] <= range[1];
  check(op, valid, `invalid ${name}`, "a number from 0 up, or an ascending pair", given);
  return range;
}

export function checkInterpolation(op: string, interpolation: string): void {
  check(
    op,
    interpolation === "nearest" || interpolation === "bilinear",
    "no such interpolation",
    '"nearest" or "bilinear"',
    interpolation,
  );
}
