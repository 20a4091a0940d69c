/** Any value in a few words, for the `got` of an error. */

/** How many characters of a text or an array are shown. */
const most = 60;

/**
 * @param value anything
 * @returns a literal where it is short, and otherwise what it is: `3`, `"same"`, `[1,2]`, `a Conv2d`
 */
export function shown(value: unknown): string {
  try {
    return inWords(value, 3);
  } catch {
    return "a value that cannot be read"; // a proxy or an accessor throws
  }
}

/** @param depth how deep arrays in arrays are shown */
function inWords(value: unknown, depth: number): string {
  if (typeof value === "string") return cut(JSON.stringify(value));
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return ofClass(value) ?? `the function ${String(value.name) || "without a name"}`;
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
  if (Array.isArray(value)) return cut(`[${depth > 0 ? elementsOf(value, depth - 1) : "…"}]`);
  return ofClass(value) ?? cut(`{ ${Object.keys(value).join(", ")} }`);
}

/** The first elements, which are as many as can be shown. */
const elementsOf = (value: readonly unknown[], depth: number): string =>
  Array.from(value.slice(0, most), (element) => inWords(element, depth)).join(",");

const cut = (words: string): string => (words.length > most ? `${words.slice(0, most - 1)}…` : words);

/** "a Conv2d" for an instance of a class; undefined for plain objects and plain functions. Modules are functions. */
function ofClass(value: object): string | undefined {
  const name = String(
    (Object.getPrototypeOf(value) as { constructor?: { name: string } } | null)?.constructor?.name ?? "",
  );
  if (["", "Object", "Function", "AsyncFunction", "GeneratorFunction"].includes(name)) return undefined;
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}
