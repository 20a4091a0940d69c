/** The program `kilograd`: finds the command, and turns its end into an exit status. */
import { Command, CommanderError } from "commander";
import { KilogradError, UsageError } from "../entries/index.js";
import { packageVersion } from "../entries/train-node.js";
import { USAGE, type AddCommand, type Surroundings } from "./surroundings.js";

/** Commands by name, in the order of the help. Only the one that is called for is loaded: starting is quick then. */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  train: async () => (await import("./commands/train.js")).addTrain,
  "find-lr": async () => (await import("./commands/find-lr.js")).addFindLr,
  "find-batch-size": async () => (await import("./commands/find-batch-size.js")).addFindBatchSize,
  summary: async () => (await import("./commands/summary.js")).addSummary,
  inspect: async () => (await import("./commands/inspect.js")).addInspect,
  evaluate: async () => (await import("./commands/evaluate.js")).addEvaluate,
  check: async () => (await import("./commands/check.js")).addCheck,
  report: async () => (await import("./commands/report.js")).addReport,
  predict: async () => (await import("./commands/predict.js")).addPredict,
  export: async () => (await import("./commands/export.js")).addExport,
  import: async () => (await import("./commands/import.js")).addImport,
  quiz: async () => (await import("./commands/quiz.js")).addQuiz,
  bench: async () => (await import("./commands/bench.js")).addBench,
};

/**
 * Runs a command line.
 * @param words what stands after the program's name
 * @returns the exit status: 0; 1 for a failure; 2 for a command line that is wrong; 130 after Ctrl-C
 */
export async function runProgram(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  let status = 0;
  const program = new Command("kilograd")
    .description("Trains small convolutional networks: MNIST to 99.4 %, with fewer than 20,000 parameters.")
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError("(--help shows what is possible)")
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) });
  const called = words.find((word) => !word.startsWith("-")) ?? "";
  const loads = Object.hasOwn(commands, called) ? [commands[called]!] : Object.values(commands);
  for (const load of loads) (await load())(program, surroundings, (code) => (status = code));
  try {
    await program.parseAsync(words, { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    stderr.write(`${describe(error)}\n`);
    return error instanceof UsageError ? USAGE : 1;
  }
}

/** An error of ours as its message; any other is a mistake in the program, and shown with the place. */
function describe(error: unknown): string {
  if (error instanceof KilogradError) return `kilograd: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
