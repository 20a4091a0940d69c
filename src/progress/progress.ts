/**
 * A progress bar for any iterable, in the format of Python's tqdm (4.66, `tqdm.std`):
 * `desc: 100%|██████████| 1875/1875 [00:21<00:00, 89.23it/s]`.
 * On a terminal it is one line that is drawn anew; elsewhere it is one plain line, when the iteration ends.
 */
import { roundHalfEven } from "../text/rounding.js";

/** Where a bar is drawn: `process.stderr`, or anything that takes text. */
export interface ProgressStream {
  write(text: string): unknown;
  /** Set on a terminal. */
  readonly isTTY?: boolean;
  /** The terminal's width in characters. */
  readonly columns?: number;
}

export interface ProgressOptions {
  /** The text before the bar. */
  readonly desc?: string;
  /** The number of elements, where the iterable does not say (`length` or `size`). */
  readonly total?: number;
  /** How many elements are done before; they do not count for the rate. */
  readonly initial?: number;
  /** What is counted, as in `89.23it/s`. */
  readonly unit?: string;
  /** Seconds between two drawings on a terminal. */
  readonly mininterval?: number;
  /** The weight of the newest measurement in the shown rate; 0 shows the mean rate. */
  readonly smoothing?: number;
  readonly stream?: ProgressStream;
  /** A clock in seconds. */
  readonly clock?: () => number;
}

/** The numbers that a bar shows. */
export interface Meter {
  readonly n: number;
  readonly total: number | undefined;
  /** Seconds. */
  readonly elapsed: number;
  /** Elements that were done before the clock began. */
  readonly initial?: number;
  /** Elements a second; left out, the mean since the start is taken. */
  readonly rate?: number | undefined;
  readonly desc: string;
  readonly unit: string;
  /** The width of the whole line in characters; without it the bar itself has ten. */
  readonly columns?: number | undefined;
}

const EIGHTHS = " ▏▎▍▌▋▊▉█";

/** `01:05`, or `1:01:05` from an hour on. tqdm: `format_interval`. */
export function formatInterval(seconds: number): string {
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (part: number): string => String(part).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

/** A bar of this many characters, filled to a fraction in eighths of a character. tqdm: `Bar`. */
export function formatBar(fraction: number, width: number): string {
  const eighths = Math.floor(Math.min(1, Math.max(0, fraction)) * width * 8);
  const whole = Math.floor(eighths / 8);
  if (whole >= width) return EIGHTHS[8]!.repeat(width);
  return EIGHTHS[8]!.repeat(whole) + EIGHTHS[eighths % 8]! + " ".repeat(width - whole - 1);
}

/** The whole line. tqdm: `format_meter`. */
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

/** An exponential moving average that is right from its first value on. tqdm: `EMA`. */
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

/** A bar that is moved by hand with `update()`; `tqdm()` moves one as it iterates. */
export class ProgressBar {
  /** How many elements are done. */
  n: number;
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

  /** Counts `n` more elements as done. */
  update(n = 1): void {
    this.n += n;
    this.drawIfDue();
  }

  /** Changes the text before the bar; it is seen at the next drawing. */
  setDescription(desc: string): void {
    this.desc = desc;
    this.drawIfDue();
  }

  /** Draws the bar a last time, with the mean rate, and ends its line. */
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
    // A terminal that does not know its width says 0.
    const columns = (this.stream.isTTY && this.stream.columns) || undefined;
    const { n, total, initial, desc, unit } = this;
    return formatMeter({ n, total, initial, desc, unit, elapsed: now - this.start, rate, columns });
  }

  /** Spaces over what an earlier, longer line has left. */
  private padded(line: string): string {
    const padded = line.padEnd(this.drawnLength);
    this.drawnLength = line.length;
    return padded;
  }
}

/** What `tqdm()` gives: the same elements, and the bar that they move. */
export class Progress<T> extends ProgressBar implements Iterable<T>, AsyncIterable<T> {
  constructor(
    private readonly source: Iterable<T> | AsyncIterable<T>,
    options: ProgressOptions,
  ) {
    super(options);
  }

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
 * Wraps an iterable (with `for`) or an asynchronous one (with `for await`) so that going through it shows a progress
 * bar. The total is taken from the iterable's `length` or `size` unless given; without one only the count is shown.
 * Follows Python's `tqdm.tqdm`.
 *
 * ```ts
 * const bar = tqdm(trainLoader);
 * for (const [images, labels] of bar) bar.setDescription(`loss=${loss.item()}`);
 * ```
 */
export function tqdm<T>(iterable: Iterable<T> | AsyncIterable<T>, options: ProgressOptions = {}): Progress<T> {
  const { length, size } = iterable as { length?: unknown; size?: unknown };
  const total = options.total ?? [length, size].find((count) => typeof count === "number");
  return new Progress(iterable, total === undefined ? options : { ...options, total });
}

/** Standard error, as tqdm's; in a browser the console, which takes whole lines only. */
function standardStream(): ProgressStream {
  const { process } = globalThis as { process?: { stderr?: ProgressStream } };
  return process?.stderr ?? { write: (text) => console.log(text.trimEnd()) };
}
