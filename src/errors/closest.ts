/** The name that was probably meant: `kernel_size` for kernelSize, `pading` for padding. */

/**
 * @param name what was written
 * @param known the names that exist
 * @returns the closest name: the same but for case and underscores, or with one or two letters wrong
 */
export function closest(name: string, known: readonly string[]): string | undefined {
  const plain = bare(name);
  const far = Math.min(2, Math.floor(plain.length / 3));
  const distances = known.map((candidate) => editDistance(plain, bare(candidate)));
  const least = Math.min(...distances);
  return least <= far ? known[distances.indexOf(least)] : undefined;
}

const bare = (name: string): string => name.toLowerCase().replaceAll("_", "");

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
