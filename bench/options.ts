/** The command line of `npm run bench`. */
import { Command, InvalidArgumentError } from "commander";

export interface Options {
  readonly quick: boolean;
  /** The names of the suites to run. */
  readonly only: readonly string[];
  /** Where the JSON goes. */
  readonly out: string;
}

/**
 * @param words what stands after `npm run bench --`
 * @param suites the names of all suites
 * @throws CommanderError for words that are not understood, unless `exit` is left to commander
 */
export function readOptions(words: readonly string[], suites: readonly string[], exit = true): Options {
  const readNames = (text: string): string[] => {
    const names = text.split(",");
    const unknown = names.find((name) => !suites.includes(name));
    if (unknown === undefined) return names;
    throw new InvalidArgumentError(`There is no suite "${unknown}": ${suites.join(", ")}.`);
  };
  const program = new Command("npm run bench --")
    .description("Measures kilograd beside its peers; docs/performance.md says how.")
    .option("--quick", "fewer cases and rounds, without the slowest peers: rough figures", false)
    .option("--only <suites>", `one or more of ${suites.join(",")}`, readNames, [...suites])
    .option("--out <file>", "where the JSON goes", "bench/results/latest.json")
    .addHelpText("after", "\nExample:\n  npm run bench -- --quick --only training,inference")
    .showHelpAfterError("(--help shows what is possible)");
  if (!exit) program.exitOverride().configureOutput({ writeErr: () => undefined });
  else program.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  program.parse(words, { from: "user" });
  return program.opts<Options>();
}
