/** The program `kilograd`: finds the command, runs it, and returns an exit status. */
import { Command, CommanderError } from "commander";
import { UsageError } from "../entries/index.js";
import { packageVersion } from "../entries/train-node.js";
import { commands } from "./commands/index.js";
import { reportFailure } from "./failure-text.js";
import { USAGE, type Surroundings } from "./surroundings.js";

/**
 * Runs a command line.
 * @param words the arguments after the program's name
 * @returns the exit status: 0 for success, 1 for a failure, 2 for a command line that is wrong, 130 after Ctrl-C
 */
export async function runProgram(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  let status = 0;
  const program = new Command("kilograd")
    .description("Train small convolutional networks: MNIST to 99.4 % with fewer than 20,000 parameters.")
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError("(run with --help for usage)")
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) });
  const called = words.find((word) => !word.startsWith("-")) ?? "";
  const names = Object.hasOwn(commands, called) ? [called] : Object.keys(commands);
  for (const name of names) {
    const { defineCommand } = await commands[name]!();
    const command = program.command(name);
    defineCommand(command, surroundings, (code) => (status = code));
    refuseRepetition(command);
  }
  try {
    await program.parseAsync(words, { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    return reportFailure(error, stderr);
  }
}

/** The last of several values would win without a word. */
function refuseRepetition(command: Command): void {
  const given = new Set<string>();
  for (const option of command.options) {
    command.on(`option:${option.name()}`, () => {
      const op = option.long!;
      if (given.has(op)) throw new UsageError({ op, problem: "the option is given twice", hint: "leave one out" });
      given.add(op);
    });
  }
}
