/** The command line of `npm run mutate`. */
import { Command, InvalidArgumentError } from "commander";

export interface Options {
  /** What to mutate: folders or single files, several joined by commas where they count as one. */
  readonly folders: readonly string[];
  /** Tries the named mutations instead of a sample. */
  readonly named: boolean;
  /** How many mutants of each folder are drawn. */
  readonly sample: number;
  readonly seed: number;
  /** Where the tests are. */
  readonly tests: readonly string[];
  /** Seconds of computing that a mutant's tests may take; one that outlives them has survived. */
  readonly budget: number;
  /** A result whose survivors are tried again, and nothing else. */
  readonly again?: string;
  /** Where the result goes. */
  readonly out: string;
}

const defaultFolders = [
  "src/compiler",
  "src/kernels",
  "src/runtime",
  "src/ops",
  "src/train,src/runs,src/config,src/exercise",
];

function parseCount(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected an integer.");
}

const readFolders = (text: string): string[] => text.split(",");

/** @param words what stands after `npm run mutate --` */
export function readOptions(words: readonly string[]): Options {
  const program = new Command("npm run mutate --")
    .description("Plants small bugs and counts how many of them the tests catch; docs/mutation-testing.md says how.")
    .argument("[folders...]", "folders or files; those joined by commas count as one", defaultFolders)
    .option("--named", "tries the named mutations instead of a sample", false)
    .option("--sample <count>", "how many mutants of each folder are drawn", parseCount, 60)
    .option("--seed <number>", "another seed draws other mutants", parseCount, 1)
    .option("--tests <folders>", "where the tests are, separated by commas", readFolders, ["src"])
    .option("--budget <seconds>", "seconds of computing that a mutant's tests may take", parseCount, 40)
    .option("--again <file>", "test only the mutants that survived in this result")
    .option("--out <file>", "where the result goes, as JSON", "test/mutation/results/latest.json")
    .addHelpText("after", "\nExample:\n  npm run mutate -- src/compiler --sample 60 --seed 1")
    .showHelpAfterError("(--help shows what is possible)");
  program.parse(words, { from: "user" });
  return { folders: program.processedArgs[0] as string[], ...program.opts<Omit<Options, "folders">>() };
}
