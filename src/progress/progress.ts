/**
 * A progress bar for any iterable, in the format of Python's tqdm (4.64, `tqdm.std`): `desc: 100%|██████████| 1875/1875
 * [00:21<00:00, 89.23it/s]`. On a terminal it is a line that is redrawn; elsewhere it is one plain line at the end of
 * the iteration.
 */
import {
  callback,
  either,
  flag,
  integer,
  kind,
  notNegative,
  number,
  numberWithin,
  orNull,
  text,
  type Kind,
} from "../errors/kinds.js";
import { isRecord, optional, required, Signature } from "../errors/signature.js";
import { columnsOf } from "../text/columns.js";
import { pythonShort } from "../text/python.js";
import { ASCII, BLOCKS, formatMeter, type MeterStyle } from "./meter.js";
import { giveUpLine, takeLine } from "./open-bars.js";

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
  /** The height of the terminal in lines. Default 20. */
  readonly rows?: number;
}

/** Options of `tqdm` and `ProgressBar`, by the names of Python's tqdm. */
export interface ProgressOptions {
  /** The text before the bar. Default: none. */
  readonly desc?: string;
  /** The number of elements. Default: the iterable's `length` or `size`; without one only a count is shown. */
  readonly total?: number;

  /**
   * Whether the bar stays after its end; null keeps only one that is not below another. Without a terminal, a bar that
   * does not stay is never written. Default true.
   */
  readonly leave?: boolean | null;
  /** The width of the line; 0 leaves out the bar. Default: the terminal's, or a bar of ten characters. */
  readonly ncols?: number;
  /** The time between two drawings on a terminal, in seconds. Default 0.1. */
  readonly mininterval?: number;
  /** Whether to draw with ` 123456789#`, or the characters to draw with, from empty to full. Default false: blocks. */
  readonly ascii?: boolean | string;
  /** Whether to write nothing; null writes only on a terminal. Default false. */
  readonly disable?: boolean | null;
  /** What is counted, as in `89.23it/s`. Default "it". */
  readonly unit?: string;
  /** Whether to write numbers as `12.5k`; a number multiplies them instead. Default false. */
  readonly unitScale?: boolean | number;

  /**
   * The weight of the newest measurement in the rate that is shown, from 0 to 1; 0 shows the mean rate. Default 0.3.
   */
  readonly smoothing?: number;
  /** How many elements are already done; they do not count for the rate. Default 0. */
  readonly initial?: number;
  /** The line on which to draw, counted from that of the outermost bar. Default: the first free one. */
  readonly position?: number;
  /** What to show after the rate: a text, or values by name. Default: nothing. */
  readonly postfix?: string | Readonly<Record<string, unknown>>;
  /** With `unitScale`, how many times as large the next prefix is: 1024 for bytes. Default 1000. */
  readonly unitDivisor?: number;
  /** Where to draw. Default: standard error; in a browser, the console. */
  readonly stream?: ProgressStream;
  /** A clock in seconds. Default: `performance.now()`. */
  readonly clock?: () => number;
}

const words = text("a text");
const count = kind<number>("a number of at least 0", (value) => typeof value === "number" && value >= 0);
const stream = kind<ProgressStream>("an object with a method write(text)", (value) => {
  return typeof (value as { write?: unknown } | null)?.write === "function";
});
const charset = kind<string>("two characters or more", (value) => typeof value === "string" && [...value].length > 1);
const record = kind<Readonly<Record<string, unknown>>>("values by name", isRecord);

/** In tqdm's order. */
export const progressParameters = [
  optional("desc", words, ""),
  optional("total", count),
  optional("leave", orNull(flag), true),
  optional("ncols", integer(0)),
  optional("mininterval", notNegative, 0.1),
  optional("ascii", either(flag, charset), false),
  optional("disable", orNull(flag), false),
  optional("unit", words, "it"),
  optional("unitScale", either(flag, number), false),
  optional("smoothing", numberWithin(0, 1), 0.3),
  optional("initial", number, 0),
  optional("position", integer(0)),
  optional("postfix", either(words, record), ""),
  optional("unitDivisor", number, 1000),
  optional("stream", stream),
  optional("clock", callback as Kind<() => number>),
] as const;
const signature = new Signature("ProgressBar", progressParameters);
const append = new Signature("setPostfix", [required("postfix", either(words, record))]);
const describe = new Signature("setDescription", [optional("desc", words, "")]);
const advance = new Signature("update", [optional("n", number, 1)]);

const UP = "\x1b[A";

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
 * elsewhere one plain line at the end. It looks like Python's tqdm 4.64. A bar that is made while another is open is
 * drawn below it.
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
  /**
   * The line on which it is drawn, counted from that of the outermost bar.
   * @internal
   */
  readonly position: number = 0;
  private readonly initial: number;
  private desc: string;
  private postfix: string;
  private readonly leave: boolean | null;
  private readonly style: MeterStyle;
  private readonly ncols: number | undefined;
  private readonly mininterval: number;
  private readonly stream: ProgressStream;
  private readonly clock: () => number;
  private readonly start: number;
  private readonly steps: MovingAverage;
  private readonly seconds: MovingAverage;
  private drawnAt: number;
  private drawnN: number;
  private drawnColumns = 0;
  private closed: boolean;

  /**
   * @param options what the bar says, and where
   * @throws ArgumentError for an option that does not exist or has no such value
   */
  constructor(...options: [options?: ProgressOptions]) {
    const given = signature.read(options);
    const { unit, unitScale, unitDivisor, ascii } = given;
    this.n = this.drawnN = this.initial = given.initial;
    this.desc = given.desc;
    this.total = given.total;
    this.leave = given.leave;
    this.ncols = given.ncols;
    this.postfix = formatPostfix(given.postfix);
    this.style = { unit, unitScale, unitDivisor, charset: typeof ascii === "string" ? ascii : ascii ? ASCII : BLOCKS };
    this.mininterval = given.mininterval;
    this.stream = given.stream ?? standardStream();
    this.clock = given.clock ?? (() => performance.now() / 1000);
    this.steps = new MovingAverage(given.smoothing);
    this.seconds = new MovingAverage(given.smoothing);
    this.start = this.drawnAt = this.clock();
    this.closed = given.disable ?? !this.stream.isTTY;
    if (this.closed) return;
    this.position = takeLine(this.stream, this, given.position);
    if (this.stream.isTTY) this.draw(this.start);
  }

  /**
   * Advances the bar.
   * @param count how many more elements are done. Default 1
   * @example
   * const bar = new ProgressBar({ total: 10, stream: { write: () => undefined } });
   * bar.update();
   * bar.update(3);
   * bar.n; // 4
   */
  update(...count: [count?: number]): void {
    this.advance(advance.read(count).n);
  }

  /**
   * Changes the text before the bar.
   * @param text the text
   * @example
   * const lines: string[] = [];
   * const bar = new ProgressBar({ total: 2, stream: { write: (text) => lines.push(text) } });
   * bar.setDescription("loss=0.25");
   * bar.close();
   * lines[0]!.startsWith("loss=0.25:   0%|"); // true
   */
  setDescription(...text: [desc: string]): void {
    this.desc = describe.read(text).desc;
    this.drawIfDue();
  }

  /**
   * Changes what stands after the rate.
   * @param values a text, or values by name, of which numbers are written with three digits
   * @example
   * const lines: string[] = [];
   * const bar = new ProgressBar({ total: 2, stream: { write: (text) => lines.push(text) } });
   * bar.setPostfix({ loss: 0.123456, lr: 0.01 });
   * bar.close();
   * lines[0]!.endsWith(", loss=0.123, lr=0.01]\n"); // true
   */
  setPostfix(...values: [postfix: string | Readonly<Record<string, unknown>>]): void {
    this.postfix = formatPostfix(append.read(values).postfix);
    this.drawIfDue();
  }

  /**
   * Draws the bar for the last time, with the mean rate, and ends its line; a bar that does not stay is erased. Further
   * calls do nothing.
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
    giveUpLine(this.stream, this);
    const stays = this.leave ?? this.position === 0;
    const line = this.line(this.clock(), undefined);
    if (!this.stream.isTTY) {
      if (stays) this.stream.write(`${line}\n`);
    } else if (stays) this.stream.write(`\r${this.padded(line)}\n`);
    else this.write(this.position === 0 ? `${this.padded("")}\r` : this.padded(""));
  }

  /** @internal */
  protected advance(n: number): void {
    this.n += n;
    // Elements that are taken back were not drawn either.
    if (n < 0) this.drawnN += n;
    this.drawIfDue();
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
    const rows = this.stream.rows ?? 20;
    if (this.position >= rows) return;
    const rate = this.seconds.value > 0 ? this.steps.value / this.seconds.value : undefined;
    this.write(this.padded(this.position === rows - 1 ? " ... (more hidden) ..." : this.line(now, rate)));
  }

  /** Writes on the bar's own line, and returns to the outermost bar's. */
  private write(line: string): void {
    this.stream.write(`${"\n".repeat(this.position)}\r${line}${UP.repeat(this.position)}`);
  }

  private line(now: number, rate: number | undefined): string {
    // A terminal that does not know its width reports 0.
    const columns = this.ncols ?? ((this.stream.isTTY && this.stream.columns) || undefined);
    const { n, total, initial, desc, postfix, style } = this;
    return formatMeter({ ...style, n, total, initial, desc, postfix, elapsed: now - this.start, rate, columns });
  }

  /** Appends spaces that overwrite the rest of an earlier, longer line. */
  private padded(line: string): string {
    const columns = columnsOf(line);
    const padded = line + " ".repeat(Math.max(0, this.drawnColumns - columns));
    this.drawnColumns = columns;
    return padded;
  }
}

/** tqdm: `set_postfix`, `set_postfix_str`. */
function formatPostfix(postfix: string | Readonly<Record<string, unknown>>): string {
  if (typeof postfix === "string") return postfix;
  const write = (value: unknown): string => (typeof value === "number" ? pythonShort(value) : String(value).trim());
  return Object.entries(postfix)
    .map(([name, value]) => `${name}=${write(value)}`)
    .join(", ");
}

/** Standard error, as in tqdm; in a browser, the console, which accepts only whole lines. */
function standardStream(): ProgressStream {
  const { process } = globalThis as { process?: { stderr?: ProgressStream } };
  return process?.stderr ?? { write: (text) => console.log(text.trimEnd()) };
}
