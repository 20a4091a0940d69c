/** Integers on the command line. */
import { UsageError } from "../entries/index.js";

/** @throws UsageError for anything but an integer from `least` to `most`, both included */
export function readWhole(option: string, word: string, least: number, most = Infinity): number {
  const number = word.trim() === "" ? NaN : Number(word);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  const expected = most === Infinity ? `an integer of at least ${least}` : `an integer from ${least} to ${most}`;
  throw new UsageError({ op: option, problem: "invalid value", expected, got: word === "" ? '""' : word });
}
