/** How the IDX files of MNIST and of its relatives are called, and in what the relatives' files differ from MNIST's. */
import { DataError } from "../../errors/errors.js";
import { node } from "./node.js";

/** How the files of a relative of MNIST differ from MNIST's. */
export interface Relative {
  /** The names of the classes. */
  readonly classes: readonly string[];
  /** The number that the files give to the first class. */
  readonly firstLabel: number;
  /** Whether the images are stored column by column. */
  readonly transposed: boolean;
}

const digits = [..."0123456789"];
const capitals = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const small = [..."abcdefghijklmnopqrstuvwxyz"];
/** The letters whose small form does not look like a small capital. */
const distinct = [..."abdefghnqrt"];
const emnist = { firstLabel: 0, transposed: true };

/** By the beginning of their files' names; Cohen et al. 2017 (EMNIST), Yadav and Bottou 2019 (QMNIST). */
const relatives: Readonly<Record<string, Relative>> = {
  "emnist-digits": { ...emnist, classes: digits },
  "emnist-mnist": { ...emnist, classes: digits },
  "emnist-letters": { ...emnist, classes: small, firstLabel: 1 },
  "emnist-byclass": { ...emnist, classes: [...digits, ...capitals, ...small] },
  "emnist-bymerge": { ...emnist, classes: [...digits, ...capitals, ...distinct] },
  "emnist-balanced": { ...emnist, classes: [...digits, ...capitals, ...distinct] },
  qmnist: { classes: digits, firstLabel: 0, transposed: false },
};

/** Which file of a dataset. */
export interface Part {
  readonly half: "train" | "t10k";
  readonly what: "images" | "labels";
}

const NAME = /^(?:(emnist-[a-z]+|qmnist)-)?(train|t10k|test)-(images|labels)[-.]idx[123]-(?:ubyte|int)(?:\.gz)?$/i;

/** What a file's name says. Names that begin with an unknown relative's are not understood. */
function readName(name: string): (Part & { readonly relative: string }) | undefined {
  const [, relative = "", half, what] = NAME.exec(name.toLowerCase()) ?? [];
  if (half === undefined || (relative !== "" && !Object.hasOwn(relatives, relative))) return undefined;
  return { relative, half: half === "train" ? "train" : "t10k", what: what as Part["what"] };
}

/** The relative of MNIST to which a file belongs; none for MNIST's own names. */
export function relativeOf(file: string): Relative | undefined {
  return relatives[readName(file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1))?.relative ?? ""];
}

/**
 * Finds the file of a part in the first of these folders that has one: plain or compressed, with dots or hyphens in its
 * name, and also inside a folder of its own name, where some archives put it. MNIST's own names come first.
 * @throws DataError if the folder has several relatives' files
 */
export function findPart({ half, what }: Part, folders: readonly string[]): string | undefined {
  for (const folder of folders) {
    const found = namesIn(folder).flatMap((name) => {
      const read = readName(name);
      return read?.half === half && read.what === what ? [{ name, relative: read.relative }] : [];
    });
    const own = found.filter(({ relative }) => relative === "");
    const candidates = own.length > 0 ? own : found;
    const names = [...new Set(candidates.map(({ relative }) => relative))];
    if (names.length > 1) throw ambiguous(folder, names);
    if (candidates.length > 0)
      return chosen(
        folder,
        candidates.map(({ name }) => name),
      );
  }
  return undefined;
}

function namesIn(folder: string): string[] {
  const { existsSync, readdirSync, statSync } = node("fs");
  return existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder).sort() : [];
}

/** A file rather than a folder. Of several, the first, which is the uncompressed one. */
function chosen(folder: string, names: readonly string[]): string {
  const { existsSync, statSync } = node("fs");
  const path = node("path");
  const paths = names.map((name) => path.join(folder, name));
  const isFolder = (file: string): boolean => statSync(file).isDirectory();
  const inner = names
    .map((name) => path.join(folder, name, name))
    .filter((file) => existsSync(file) && !isFolder(file));
  return paths.find((file) => !isFolder(file)) ?? inner[0] ?? paths[0]!;
}

function ambiguous(folder: string, names: readonly string[]): DataError {
  return new DataError({
    op: "data",
    problem: `${folder} has the files of several datasets`,
    expected: "the four files of one",
    got: names.join(", "),
    hint: "put the files of each dataset into a folder of its own",
  });
}
