/** What a chart shows, as data; page/line-chart.ts draws it as SVG, text/text-chart.ts in a terminal. */

/** A point of a curve. */
export type Point = readonly [x: number, y: number];

/** A curve of a chart. */
export interface Series {
  /** Its name, for the legend. */
  readonly name: string;
  /** The points from left to right. A NaN interrupts the curve. */
  readonly points: readonly Point[];
  /** The lowest and highest values around the curve: [x, low, high]. Default: none. */
  readonly band?: readonly (readonly [x: number, low: number, high: number])[];
  /** Whether it is a curve to compare with, which is dashed. Default false. */
  readonly reference?: boolean;
  /** Whether to mark each point. Default false. */
  readonly dots?: boolean;
}

/** An axis of a chart. */
export interface Axis {
  /** What it shows. */
  readonly label: string;
  /** Its scale. "integer" is linear with ticks only at integers, for steps and epochs. */
  readonly kind: "linear" | "integer" | "log";
  /** Where it begins. Default: at the smallest value. */
  readonly from?: number;
  /** Where it ends. Default: at the largest value. */
  readonly to?: number;
  /** Whether it runs from large to small values. Default false. */
  readonly downwards?: boolean;
  /** Writes a value. */
  readonly format: (value: number) => string;
}

/** A chart, as data. `lineChart` and `textChart` draw it. */
export interface Chart {
  /** Its title. */
  readonly title: string;
  /** The horizontal axis. */
  readonly x: Axis;
  /** The vertical axis. */
  readonly y: Axis;
  /** The curves. */
  readonly series: readonly Series[];
}

/** All values of an axis. */
export function* valuesOf({ series }: Chart, axis: "x" | "y"): Generator<number> {
  for (const { points, band = [] } of series) {
    for (const [x, y] of points) yield axis === "x" ? x : y;
    for (const [x, low, high] of band) yield* axis === "x" ? [x] : [low, high];
  }
}
