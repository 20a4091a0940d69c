/** Formats whole numbers. `toLocaleString` would do the same, but loads the locales' data first: 25 ms in Node. */

/** A whole number with commas as thousands separators: `12,514`. */
export function thousands(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}
