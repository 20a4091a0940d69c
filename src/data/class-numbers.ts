/** Checks the numbers of classes in files that do not say how many classes there are. */
import { DataError } from "../errors/errors.js";

/** The labels of one half of a dataset. */
interface Half {
  readonly targets: Uint8Array;
  readonly files: { readonly labels: string };
}

/** So many numbers in a row may be unused: small data may lack images of some classes. */
const MOST_UNUSED = 16;
/** In data of at least so many images, … */
const MANY = 1000;
/** … a number above an unused one is a mistake if fewer than this share of the images have it or a higher one. */
const FEW = 1e-3;

/**
 * Refuses numbers of classes that leave out many others, as 250 beside 0 to 9: a network would have an output for each.
 * @throws DataError with the place of the first such label
 */
export function checkClassNumbers(halves: readonly Half[]): void {
  const counts = new Array<number>(256).fill(0);
  for (const { targets } of halves) for (const label of targets) counts[label]!++;
  let left = halves.reduce((sum, { targets }) => sum + targets.length, 0);
  const few = left >= MANY ? FEW * left : 0;
  const used = counts.flatMap((count, label) => (count > 0 ? [label] : []));
  for (const [classes, label] of used.entries()) {
    const unused = label - (used[classes - 1] ?? -1) - 1;
    const isFar = unused > Math.max(MOST_UNUSED, 2 * classes);
    if (isFar || (unused > 0 && left < few)) throw stray(halves, label, unused);
    left -= counts[label]!;
  }
}

function stray(halves: readonly Half[], label: number, unused: number): DataError {
  const { targets, files } = halves.find((half) => half.targets.includes(label))!;
  const numbers = unused === 1 ? `class ${label - 1}` : `the classes ${label - unused} to ${label - 1}`;
  return new DataError({
    op: files.labels,
    problem: `label ${targets.indexOf(label)} is class ${label}, but no image is of ${numbers}`,
    expected: "classes that are numbered from 0, with none or few left out",
    got: String(label),
    hint: "mend the label if it is a mistake, else number the classes 0, 1, 2, … and write the file again; files of EMNIST must keep their names",
  });
}
