/** What a chart shows, as data; page/line-chart.ts draws it as SVG, text/text-chart.ts in a terminal. */

export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  /** Points from left to right; a NaN breaks the line. */
  readonly points: readonly Point[];
  /** Lowest and highest values around the line: [x, low, high]. */
  readonly band?: readonly (readonly [x: number, low: number, high: number])[];
  /** A curve to compare with, drawn dashed. */
  readonly reference?: boolean;
  /** Whether to mark each point, where there are few. */
  readonly dots?: boolean;
}

export interface Axis {
  readonly label: string;
  readonly kind: "linear" | "log";
  readonly from?: number;
  readonly to?: number;
  /** Whether the axis runs from large to small values. */
  readonly downwards?: boolean;
  readonly format: (value: number) => string;
}

export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

/** All values of an axis. */
export function* valuesOf({ series }: Chart, axis: "x" | "y"): Generator<number> {
  for (const { points, band = [] } of series) {
    for (const [x, y] of points) yield axis === "x" ? x : y;
    for (const [x, low, high] of band) yield* axis === "x" ? [x] : [low, high];
  }
}
