/** Figures from the rounds of a measurement. */

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("there is no median of nothing");
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** How far the values lie apart, as a part of their median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

/**
 * How many times as long one takes as another: the median over the rounds, each with its neighbour, so that a machine which
 * slows down for a while slows both.
 */
export function ratio(rounds: readonly number[], others: readonly number[]): number {
  return median(rounds.map((seconds, round) => seconds / others[round]!));
}
