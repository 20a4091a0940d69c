/** PyTorch's spelling, for what is published under PyTorch's names: state dicts, and the printed form of modules. */
import { snakeCase } from "../errors/absent.js";
import { roundHalfEven } from "./rounding.js";

/** A float as Python prints it: `0.1`, `1.0`, `1e-05`. */
export function pythonFloat(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return value.toFixed(1);
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e16) return String(value);
  const [digits, exponent] = value.toExponential().split("e") as [string, string];
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

export function pythonBool(value: boolean): string {
  return value ? "True" : "False";
}

/** A tuple as Python prints it: `(3, 3)`, `(3,)`, `(None, 7)`. */
export function pythonTuple(values: readonly (number | null)[]): string {
  const words = values.map((value) => value ?? "None");
  return words.length === 1 ? `(${words[0]},)` : `(${words.join(", ")})`;
}

type Fields<K extends string> = Readonly<Record<K, number | boolean | string | null | readonly (number | null)[]>>;

/** Fields as Python writes named arguments: `kernel_size=2, affine=True`. */
export function pythonFields<K extends string>(layer: Fields<K>, ...names: K[]): string {
  return names.map((name) => `${snakeCase(name)}=${pythonValue(layer[name])}`).join(", ");
}

function pythonValue(value: Fields<string>[string]): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return pythonBool(value);
  if (typeof value === "object") return pythonTuple(value);
  return typeof value === "string" || Number.isInteger(value) ? String(value) : pythonFloat(value);
}

/** A float with a fixed number of digits, as in `f"{x:.2f}"`; ties go to the even digit. */
export function pythonFixed(value: number, digits: number): string {
  const isTie = Math.abs(value * 2 ** (digits + 1)) % 2 === 1;
  return (isTie ? roundHalfEven(value * 10 ** digits) / 10 ** digits : value).toFixed(digits);
}

/** The shorter of a number in full and with three digits, as tqdm's `format_num` writes it: `0.123`, `1.23e-5`, `938`. */
export function pythonShort(value: number): string {
  const [full, short] = [String(value), value.toPrecision(3)];
  const [digits, exponent] = short.split("e") as [string, string?];
  const trimmed = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
  const small = exponent === undefined && value !== 0 && Math.abs(value) < 1e-4;
  const shortest = small ? value.toExponential(2).replace(/\.?0+e/, "e") : trimmed + (exponent ? `e${exponent}` : "");
  return shortest.length < full.length ? shortest : full;
}
