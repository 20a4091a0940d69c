/**
 * The name that was probably meant: kernelSize for `kernel_size`, padding for `pading`, rotation for `rotate`.
 * @param name what was written
 * @param known the names that exist
 * @returns the closest name: the same but for case and underscores, with one or two letters wrong, or with another
 *   end; undefined if none is close
 * @example closest("log_softmax", ["relu", "logSoftmax"]); // "logSoftmax"
 */
export function closest(name: string, known: readonly string[]): string | undefined {
  const plain = bare(name);
  const far = Math.min(2, Math.floor(plain.length / 3));
  const distances = known.map((candidate) => editDistance(plain, bare(candidate)));
  const least = Math.min(...distances);
  if (least <= far) return known[distances.indexOf(least)];
  if (plain.length < 4) return undefined;
  const stem = plain.slice(0, Math.max(4, plain.length - 1));
  return known.find((candidate) => bare(candidate).startsWith(stem));
}

/** A name without what distinguishes Python's names from JavaScript's. */
export const bare = (name: string): string => name.toLowerCase().replaceAll("_", "");

/** The number of letters to insert, delete or replace (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}
