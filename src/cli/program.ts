/** The program `kilograd`: finds the command, runs it, and returns an exit status. */
import { Command, CommanderError } from "commander";
import { KilogradError, UsageError } from "../entries/index.js";
import { packageVersion } from "../entries/train-node.js";
import { messageForShell } from "./command-hint.js";
import { commands } from "./commands/index.js";
import { innermostPlace, networkFailure } from "./network-module.js";
import { FAILURE, USAGE, type Surroundings } from "./surroundings.js";

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
    defineCommand(program.command(name), surroundings, (code) => (status = code));
  }
  try {
    await program.parseAsync(words, { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    stderr.write(`${describe(error)}\n`);
    return error instanceof UsageError ? USAGE : FAILURE;
  }
}

/** The message of one of our own errors, and of one that a network's file has thrown. Any other error is a bug in the program and is shown with its stack. */
function describe(error: unknown): string {
  if (error instanceof KilogradError) {
    const place = innermostPlace(error);
    return `kilograd: ${messageForShell(error)}${place ? `\n  at ${place.text}` : ""}`;
  }
  const failure = error instanceof Error ? networkFailure(error) : undefined;
  if (failure) return describe(failure);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
