/**
 * A progress bar for any iterable, in the format of Python's tqdm (4.66, `tqdm.std`): `desc: 100%|██████████| 1875/1875
 * [00:21<00:00, 89.23it/s]`. On a terminal it is a line that is redrawn; elsewhere it is one plain line at the end of
 * the iteration.
 */
import { roundHalfEven } from "../text/rounding.js";

/** The output of a progress bar: `process.stderr`, or any other object that accepts text. */
export interface ProgressStream {
  /**
   * Takes text.
   * @param text a part of a line, or a line with its end
   */
  write(text: string): unknown;
  /** Whether this is a terminal, on which a line can be redrawn. Default false. */
  readonly isTTY?: boolean;
  /** The width of the terminal in characters. */
  readonly columns?: number;
}

/** Options of `tqdm` and `ProgressBar`, by the names of Python's tqdm. */
export interface ProgressOptions {
  /** The text before the bar. Default: none. */
  readonly desc?: string;
  /** The number of elements. Default: the iterable's `length` or `size`; without one only a count is shown. */
  readonly total?: number;
  /** How many elements are already done; they do not count for the rate. Default 0. */
  readonly initial?: number;
  /** What is counted, as in `89.23it/s`. Default "it". */
  readonly unit?: string;
  /** The time between two drawings on a terminal, in seconds. Default 0.1. */
  readonly mininterval?: number;

  /**
   * The weight of the newest measurement in the rate that is shown, from 0 to 1; 0 shows the mean rate. Default 0.3.
   */
  readonly smoothing?: number;
  /** Where to draw. Default: standard error; in a browser, the console. */
  readonly stream?: ProgressStream;
  /** A clock in seconds. Default: `performance.now()`. */
  readonly clock?: () => number;
}

/** The numbers that a bar shows. */
export interface Meter {
  readonly n: number;
  readonly total: number | undefined;
  /** The time since the start, in seconds. */
  readonly elapsed: number;
  /** Elements that were done before the clock began. */
  readonly initial?: number;
  /** Elements per second. Default: the mean since the start. */
  readonly rate?: number | undefined;
  readonly desc: string;
  readonly unit: string;
  /** The width of the whole line in characters. Default: a bar of ten characters. */
  readonly columns?: number | undefined;
}

const EIGHTHS = " ▏▎▍▌▋▊▉█";

/** Formats a duration as `01:05`, or as `1:01:05` from one hour on. tqdm: `format_interval`. */
export function formatInterval(seconds: number): string {
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (part: number): string => String(part).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

/**
 * Draws a bar that is `width` characters wide and filled to a fraction, in steps of an eighth of a character. tqdm:
 * `Bar`.
 */
export function formatBar(fraction: number, width: number): string {
  const eighths = Math.floor(Math.min(1, Math.max(0, fraction)) * width * 8);
  const whole = Math.floor(eighths / 8);
  if (whole >= width) return EIGHTHS[8]!.repeat(width);
  return EIGHTHS[8]!.repeat(whole) + EIGHTHS[eighths % 8]! + " ".repeat(width - whole - 1);
}

/** Formats the whole line. tqdm: `format_meter`. */
export function formatMeter(meter: Meter): string {
  const { n, total, elapsed, unit } = meter;
  const rate = meter.rate ?? (elapsed > 0 ? (n - (meter.initial ?? 0)) / elapsed : 0);
  const perSecond = rate > 0 ? rate.toFixed(2).padStart(5) : "?";
  const pace = rate > 0 && rate < 1 ? `${(1 / rate).toFixed(2).padStart(5)}s/${unit}` : `${perSecond}${unit}/s`;
  const prefix = meter.desc === "" ? "" : `${meter.desc}: `;
  if (!total) return `${prefix}${n}${unit} [${formatInterval(elapsed)}, ${pace}]`;
  const remaining = rate > 0 ? formatInterval(Math.max(0, total - n) / rate) : "?";
  const left = `${prefix}${String(roundHalfEven((n / total) * 100)).padStart(3)}%|`;
  const right = `| ${n}/${total} [${formatInterval(elapsed)}<${remaining}, ${pace}]`;
  if (meter.columns === undefined) return left + formatBar(n / total, 10) + right;
  const width = Math.max(1, meter.columns - left.length - right.length);
  return (left + formatBar(n / total, width) + right).slice(0, meter.columns);
}

/** An exponential moving average without bias towards 0 in its first values. tqdm: `EMA`. */
class MovingAverage {
  private last = 0;
  private calls = 0;
  constructor(private readonly alpha: number) {}
  add(x: number): void {
    this.last = this.alpha * x + (1 - this.alpha) * this.last;
    this.calls++;
  }
  get value(): number {
    return this.calls === 0 ? 0 : this.last / (1 - (1 - this.alpha) ** this.calls);
  }
}

/**
 * A progress bar that you advance yourself; `tqdm()` does it for you. On a terminal it is one line that is redrawn,
 * elsewhere one plain line at the end. It looks like Python's tqdm 4.66.
 * @example
 * const lines: string[] = [];
 * const bar = new ProgressBar({ total: 4, stream: { write: (text) => lines.push(text) } });
 * bar.update(4);
 * bar.close();
 * lines[0]!.startsWith("100%|██████████| 4/4 ["); // true
 */
export class ProgressBar {
  /** How many elements are done. */
  n: number;
  /** How many there are, if that is known. */
  total: number | undefined;
  private readonly initial: number;
  private desc: string;
  private readonly unit: string;
  private readonly mininterval: number;
  private readonly stream: ProgressStream;
  private readonly clock: () => number;
  private readonly start: number;
  private readonly steps: MovingAverage;
  private readonly seconds: MovingAverage;
  private drawnAt: number;
  private drawnN: number;
  private drawnLength = 0;
  private closed = false;

  /** @param options what the bar says, and where */
  constructor(options: ProgressOptions = {}) {
    this.n = this.drawnN = this.initial = options.initial ?? 0;
    this.desc = options.desc ?? "";
    this.total = options.total;
    this.unit = options.unit ?? "it";
    this.mininterval = options.mininterval ?? 0.1;
    this.stream = options.stream ?? standardStream();
    this.clock = options.clock ?? (() => performance.now() / 1000);
    this.steps = new MovingAverage(options.smoothing ?? 0.3);
    this.seconds = new MovingAverage(options.smoothing ?? 0.3);
    this.start = this.drawnAt = this.clock();
    if (this.stream.isTTY) this.draw(this.start);
  }

  /**
   * Advances the bar.
   * @param n how many more elements are done
   * @example
   * const bar = new ProgressBar({ total: 10, stream: { write: () => undefined } });
   * bar.update();
   * bar.update(3);
   * bar.n; // 4
   */
  update(n = 1): void {
    this.n += n;
    this.drawIfDue();
  }

  /**
   * Changes the text before the bar.
   * @param desc the text
   * @example
   * const lines: string[] = [];
   * const bar = new ProgressBar({ total: 2, stream: { write: (text) => lines.push(text) } });
   * bar.setDescription("loss=0.25");
   * bar.close();
   * lines[0]!.startsWith("loss=0.25:   0%|"); // true
   */
  setDescription(desc: string): void {
    this.desc = desc;
    this.drawIfDue();
  }

  /**
   * Draws the bar for the last time, with the mean rate, and ends its line. Further calls do nothing.
   * @example
   * const lines: string[] = [];
   * const bar = new ProgressBar({ total: 2, stream: { write: (text) => lines.push(text) } });
   * bar.close();
   * bar.close();
   * lines.length; // 1
   */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    const line = this.line(this.clock(), undefined);
    this.stream.write(this.stream.isTTY ? `\r${this.padded(line)}\n` : `${line}\n`);
  }

  private drawIfDue(): void {
    if (this.closed || !this.stream.isTTY) return;
    const now = this.clock();
    const waited = now - this.drawnAt;
    if (waited < this.mininterval) return;
    if (this.n > this.drawnN) {
      this.steps.add(this.n - this.drawnN);
      this.seconds.add(waited);
      this.drawnN = this.n;
      this.drawnAt = now;
    }
    this.draw(now);
  }

  private draw(now: number): void {
    const rate = this.seconds.value > 0 ? this.steps.value / this.seconds.value : undefined;
    this.stream.write(`\r${this.padded(this.line(now, rate))}`);
  }

  private line(now: number, rate: number | undefined): string {
    // A terminal that does not know its width reports 0.
    const columns = (this.stream.isTTY && this.stream.columns) || undefined;
    const { n, total, initial, desc, unit } = this;
    return formatMeter({ n, total, initial, desc, unit, elapsed: now - this.start, rate, columns });
  }

  /** Appends spaces that overwrite the rest of an earlier, longer line. */
  private padded(line: string): string {
    const padded = line.padEnd(this.drawnLength);
    this.drawnLength = line.length;
    return padded;
  }
}

/**
 * What `tqdm()` returns: the elements of an iterable, and the bar that they advance.
 * @example
 * const progress = tqdm([1, 2, 3], { stream: { write: () => undefined } });
 * [...progress]; // [1, 2, 3]
 * progress.n; // 3
 */
export class Progress<T> extends ProgressBar implements Iterable<T>, AsyncIterable<T> {
  /** @internal */
  constructor(
    private readonly source: Iterable<T> | AsyncIterable<T>,
    options: ProgressOptions,
  ) {
    super(options);
  }

  /** The elements of an iterable. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    try {
      for (const element of this.source as Iterable<T>) {
        yield element;
        this.update();
      }
    } finally {
      this.close();
    }
  }

  /** The elements of an asynchronous iterable. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for await (const element of this.source) {
        yield element;
        this.update();
      }
    } finally {
      this.close();
    }
  }
}

/**
 * Wraps an iterable so that iterating over it shows a progress bar; use `for await` for an asynchronous one. Follows Python's `tqdm.tqdm`.
 * @param iterable the elements
 * @param options what the bar says, and where
 * @returns the elements, with the methods of a progress bar
 * @example
 * const bar = tqdm([1, 2, 3, 4]);
 * let sum = 0;
 * for (const element of bar) {
 *   sum += element;
 *   bar.setDescription(`sum=${sum}`);
 * }
 * sum; // 10
 */
export function tqdm<T>(iterable: Iterable<T> | AsyncIterable<T>, options: ProgressOptions = {}): Progress<T> {
  const { length, size } = iterable as { length?: unknown; size?: unknown };
  const total = options.total ?? [length, size].find((count) => typeof count === "number");
  return new Progress(iterable, total === undefined ? options : { ...options, total });
}

/** Standard error, as in tqdm; in a browser, the console, which accepts only whole lines. */
function standardStream(): ProgressStream {
  const { process } = globalThis as { process?: { stderr?: ProgressStream } };
  return process?.stderr ?? { write: (text) => console.log(text.trimEnd()) };
}
