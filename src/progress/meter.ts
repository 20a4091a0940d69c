/** The line of a progress bar as Python's tqdm (4.64) writes it: `desc: 100%|██████████| 1875/1875 [00:21<00:00, 89.23it/s]`. */
import { columnsOf, cutToColumns } from "../text/columns.js";
import { pythonFixed } from "../text/python.js";

/** What a bar counts with. */
export interface MeterStyle {
  /** What is counted, as in `89.23it/s`. */
  readonly unit: string;
  /** Whether numbers are written as `12.5k`, or what they are multiplied with. */
  readonly unitScale: boolean | number;
  /** The step from one prefix to the next: 1000, or 1024 for bytes. */
  readonly unitDivisor: number;
  /** The characters of the bar from empty to full. */
  readonly charset: string;
}

/** The numbers that a bar shows. */
export interface Meter extends MeterStyle {
  readonly n: number;
  readonly total: number | undefined;
  /** The time since the start, in seconds. */
  readonly elapsed: number;
  /** Elements that were done before the clock began. */
  readonly initial: number;
  /** Elements per second. Default: the mean since the start. */
  readonly rate?: number | undefined;
  readonly desc: string;
  /** What follows the rate. */
  readonly postfix: string;
  /** The width of the whole line, 0 for a line without a bar. Default: a bar of ten characters. */
  readonly columns?: number | undefined;
}

export const BLOCKS = " ▏▎▍▌▋▊▉█";
export const ASCII = " 123456789#";

/** Formats a duration as `01:05`, or as `1:01:05` from one hour on. tqdm: `format_interval`. */
export function formatInterval(seconds: number): string {
  const minutes = Math.floor(Math.trunc(seconds) / 60);
  const [h, m, s] = [Math.floor(minutes / 60), remainder(minutes, 60), remainder(Math.trunc(seconds), 60)];
  const two = (part: number): string => String(part).padStart(2, "0");
  return h !== 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

/** The remainder that belongs to a quotient rounded down, as in Python. */
const remainder = (a: number, b: number): number => a - b * Math.floor(a / b);

/** Draws a bar of `width` characters that is filled to a fraction. tqdm: `Bar`. */
export function formatBar(fraction: number, width: number, charset = BLOCKS): string {
  const symbols = [...charset];
  const steps = symbols.length - 1;
  const filled = Math.floor(Math.min(1, Math.max(0, fraction)) * width * steps);
  const whole = Math.floor(filled / steps);
  const bar = symbols[steps]!.repeat(whole);
  return whole >= width ? bar : bar + symbols[filled % steps]! + symbols[0]!.repeat(width - whole - 1);
}

/** Formats a number with a prefix for its order of magnitude: `12.5k`. tqdm: `format_sizeof`. */
export function formatSize(value: number, divisor = 1000): string {
  let left = value;
  for (const prefix of ["", "k", "M", "G", "T", "P", "E", "Z"]) {
    const size = Math.abs(left);
    if (size < 999.5) return pythonFixed(left, size < 9.995 ? 2 : size < 99.95 ? 1 : 0) + prefix;
    left /= divisor;
  }
  return `${pythonFixed(left, 1)}Y`;
}

/** Formats the whole line. tqdm: `format_meter`. */
export function formatMeter(meter: Meter): string {
  const { desc, elapsed, columns } = meter;
  const { n, total, rate } = scaled(meter);
  const size = (value: number): string => (hasPrefixes(meter) ? formatSize(value, meter.unitDivisor) : String(value));
  const prefix = desc === "" || desc.endsWith(": ") ? desc : `${desc}: `;
  const paces = `${formatPace(rate, meter)}${meter.postfix === "" ? "" : `, ${meter.postfix}`}`;
  if (total === undefined) {
    const line = `${prefix}${size(n)}${meter.unit} [${formatInterval(elapsed)}, ${paces}]`;
    return columns ? cutToColumns(line, columns) : line;
  }
  const remaining = rate ? formatInterval((total - n) / rate) : "?";
  const left = `${prefix}${pythonFixed((n / total) * 100, 0).padStart(3)}%`;
  const right = ` ${size(n)}/${size(total)} [${formatInterval(elapsed)}<${remaining}, ${paces}]`;
  if (columns === 0) return left + right;
  const width = columns === undefined ? 10 : Math.max(1, columns - columnsOf(left + right) - 2);
  const line = `${left}|${formatBar(n / total, width, meter.charset)}|${right}`;
  return columns === undefined ? line : cutToColumns(line, columns);
}

/** More elements than there should be, or none at all, have no percentage. */
function scaled({ n, total, initial, elapsed, unitScale, rate }: Meter): Pick<Meter, "n" | "total" | "rate"> {
  const factor = Number(unitScale) || 1;
  const known = total && Number.isFinite(total) && n < total + 0.5 ? total * factor : undefined;
  // As in tqdm, a rate that is worked out here knows the elements before the start as they are.
  const mean = elapsed ? (n * factor - initial) / elapsed : undefined;
  return { n: n * factor, total: known, rate: rate === undefined ? mean : rate * factor };
}

/** `89.23it/s`, or the seconds for one element if there is less than one in a second. */
function formatPace(rate: number | undefined, style: MeterStyle): string {
  const { unit } = style;
  if (!rate) return `?${unit}/s`;
  const write = (value: number): string => (hasPrefixes(style) ? formatSize(value) : pythonFixed(value, 2).padStart(5));
  return 1 / rate > 1 ? `${write(1 / rate)}s/${unit}` : `${write(rate)}${unit}/s`;
}

/** As in tqdm, 1 means true and not a factor. */
const hasPrefixes = ({ unitScale }: MeterStyle): boolean => Number(unitScale) === 1;
