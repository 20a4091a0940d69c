/** The library's hints are for people who write code. Here they become hints for people who type commands. */
import { datasetNames } from "../entries/train-node.js";
import { withOwnCommands } from "./own-command.js";
import { DataError, KilogradError, type ErrorDetails } from "../entries/index.js";

/** Hints that tell what to write in code, and what to type instead. */
const typed: readonly (readonly [written: string, typed: string])[] = [
  ['choose the loss "cross-entropy", as in { loss: "cross-entropy" }', "pass --loss cross-entropy"],
  ['choose the loss "nll"', "pass --loss nll"],
  [
    "set the schedule's cycleMomentum to false to keep the momentum constant",
    "--schedule onecycle:cycleMomentum=false keeps the momentum constant",
  ],
];

/** The message of an error, with its hint for the command line. */
export function messageForShell({ message }: KilogradError): string {
  return withOwnCommands(typed.reduce((text, [written, instead]) => text.replace(written, instead), message));
}

/** Where a hint turns to code. */
const CODE = /(?:, or )?\bawait /;

/** The same failure with another hint. */
export function withHint({ op, problem, expected, got }: ErrorDetails, hint: string, cause: unknown): KilogradError {
  return new KilogradError({ op, problem, expected, got, hint }, { cause });
}

/**
 * Calls `open`, which opens data. Where the library's hint ends with a call that downloads the files, `--download` takes
 * the call's place, or `advice` if the data has no name.
 */
export function hintAtData<T>(data: string, open: () => T, advice: string): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof DataError) || error.hint === undefined || !CODE.test(error.hint)) throw error;
    const [forShell] = error.hint.split(CODE);
    const way = datasetNames.includes(data) ? "pass --download" : advice;
    throw withHint(error, forShell ? `${forShell}, or ${way}` : way, error);
  }
}
