/** Axes of a chart: from values to positions between 0 and 1, and the values of the ticks. */

export interface Scale {
  /** 0 at the start of the axis, 1 at its end; NaN for a value that cannot be on it. */
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

import type { Axis } from "./chart.js";

type ScaleKind = Axis["kind"];

export interface ScaleOptions {
  readonly kind: ScaleKind;
  /** Fixed ends; by default those of the values. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Whether the axis runs from large to small values. */
  readonly downwards?: boolean | undefined;
  /** About how many ticks there should be. */
  readonly ticks?: number;
}

/** A scale that covers all of these values; undefined if none of them can be placed on it. */
export function makeScale(
  values: Iterable<number>,
  { kind, from, to, downwards, ticks = 5 }: ScaleOptions,
): Scale | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value) || (kind === "log" && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return undefined;
  [low, high] = [Math.min(from ?? low, high), Math.max(to ?? high, low)];
  if (low === high) [low, high] = around[kind](low);
  const map = kind === "log" ? (x: number) => (x > 0 ? Math.log10(x) : NaN) : (x: number) => x;
  const [start, length] = [map(low), map(high) - map(low)];
  return {
    place: (value) => {
      const place = Number.isFinite(value) ? (map(value) - start) / length : NaN;
      return downwards ? 1 - place : place;
    },
    ticks: ticksOf[kind](low, high, ticks),
  };
}

/** The ends of an axis whose values are all equal. */
const around: Readonly<Record<ScaleKind, (value: number) => [low: number, high: number]>> = {
  linear: (value) => [value - (Math.abs(value) || 1) / 2, value + (Math.abs(value) || 1) / 2],
  integer: (value) => [value - 0.5, value + 0.5],
  log: (value) => [value / 2, value * 2],
};

const ticksOf: Readonly<Record<ScaleKind, (low: number, high: number, about: number) => number[]>> = {
  linear: linearTicks,
  integer: (low, high, about) => linearTicks(low, high, about, 1),
  log: logTicks,
};

/** Multiples of 1, 2 or 5 times a power of ten, at least `least` apart. */
function linearTicks(low: number, high: number, about: number, least = 0): number[] {
  const rough = Math.max((high - low) / about, least);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** 1, 2 and 5 times powers of ten; the powers alone, or some of them, where that would be too many. */
function logTicks(low: number, high: number, about: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const list = (factors: readonly number[], every: number): number[] => {
    const powers = Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, i) => first + i * every);
    return powers
      .flatMap((power) => factors.map((factor) => Number((factor * 10 ** power).toPrecision(6))))
      .filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
  };
  const fine = list([1, 2, 5], 1);
  const ticks = fine.length <= 2 * about ? fine : list([1], Math.ceil((last - first) / (2 * about)));
  return ticks.length >= 2 ? ticks : [low, high].map((value) => Number(value.toPrecision(2)));
}
