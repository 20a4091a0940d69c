/** Whole numbers as they are read. `toLocaleString` would do as much, but loads the locales' data first: 25 ms in Node. */

/** A whole number with commas between its thousands: `12,514`. */
export function thousands(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}
