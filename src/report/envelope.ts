/**
 * A curve of any length as a bounded number of points, in one pass. Neighbouring values are collected into spans, each with
 * its lowest, highest and mean value, and neighbouring spans merge when there are too many. So no peak is lost, as
 * it would be if only every hundredth value were kept.
 */

/** Values at neighbouring positions of a curve. Values that are not finite count in `missing` only. */
export interface Span {
  /** The first position. */
  readonly first: number;
  /** The last position. */
  readonly last: number;
  /** The lowest value; NaN if all are missing. */
  readonly low: number;
  /** The highest value; NaN if all are missing. */
  readonly high: number;
  /** The mean value; NaN if all are missing. */
  readonly mean: number;
  /** The number of values that are not finite. */
  readonly missing: number;
}

interface Gathered {
  first: number;
  last: number;
  low: number;
  high: number;
  sum: number;
  count: number;
  missing: number;
}

export class Envelope {
  private gathered: Gathered[] = [];
  /** Values in a full span. */
  private width = 1;

  /** @param most the largest number of spans; a long curve is described by at least half as many */
  constructor(private readonly most = 600) {}

  /** @param at the value's position, which must increase */
  add(at: number, value: number): void {
    const open = this.gathered.at(-1);
    const span = { first: at, last: at, low: value, high: value, sum: value, count: 1, missing: 0 };
    const one = Number.isFinite(value)
      ? span
      : { ...span, low: Infinity, high: -Infinity, sum: 0, count: 0, missing: 1 };
    if (open && open.count + open.missing < this.width) join(open, one);
    else this.gathered.push(one);
    if (this.gathered.length > this.most) this.halve();
  }

  private halve(): void {
    this.width *= 2;
    this.gathered = this.gathered.filter((span, i) => {
      const left = i % 2 === 1 ? this.gathered[i - 1]! : undefined;
      if (left) join(left, span);
      return !left;
    });
  }

  spans(): Span[] {
    return this.gathered.map(({ first, last, low, high, sum, count, missing }) =>
      count === 0
        ? { first, last, low: NaN, high: NaN, mean: NaN, missing }
        : { first, last, low, high, mean: sum / count, missing },
    );
  }
}

function join(left: Gathered, right: Gathered): void {
  left.last = right.last;
  left.low = Math.min(left.low, right.low);
  left.high = Math.max(left.high, right.high);
  left.sum += right.sum;
  left.count += right.count;
  left.missing += right.missing;
}
