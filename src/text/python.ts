/** PyTorch's spelling, for what is published under PyTorch's names: state dicts, and the printed form of modules. */

/** `runningMean` → `running_mean`. */
export function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

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
