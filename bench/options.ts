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
 * @param words the words after `npm run bench --`
 * @param suites the names of all suites
 * @throws CommanderError for words it does not understand, unless commander may exit
 */
export function readOptions(words: readonly string[], suites: readonly string[], exit = true): Options {
  const readNames = (text: string): string[] => {
    const names = text.split(",");
    const unknown = names.find((name) => !suites.includes(name));
    if (unknown === undefined) return names;
    throw new InvalidArgumentError(`There is no suite "${unknown}": ${suites.join(", ")}.`);
  };
  const program = new Command("npm run bench --")
    .description("Measures kilograd against its peers. docs/performance.md describes how.")
    .option("--quick", "fewer cases and rounds, without the slowest peers: rough figures", false)
    .option("--only <suites>", `one or more of ${suites.join(",")}`, readNames, [...suites])
    .option("--out <file>", "where the JSON goes", "bench/results/latest.json")
    .addHelpText("after", "\nExample:\n  npm run bench -- --quick --only training,inference")
    .showHelpAfterError("(use --help to see all options)");
  if (!exit) program.exitOverride().configureOutput({ writeErr: () => undefined });
  else program.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  program.parse(words, { from: "user" });
  return program.opts<Options>();
}
