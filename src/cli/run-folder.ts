/** The folder of a new run: free, claimed against other programs, and gone again if the training was refused. */
import fs from "node:fs";
import path from "node:path";
import { UsageError } from "../entries/index.js";
import { defaultRunFolder, makeFolder, Run } from "../entries/train-node.js";
import { ownCommand } from "./own-command.js";

/** @throws UsageError if a folder that was asked for cannot become a run */
export function checkFolder(out: string | undefined): void {
  if (out === undefined || (out !== "" && Run.isFree(out))) return;
  const isRun = out !== "" && fs.existsSync(path.join(out, "last.safetensors"));
  const hint = isRun ? `, or continue the run in it: \`${ownCommand`train --resume ${out}`}\`` : "";
  throw new UsageError({
    op: "--out",
    problem: out === "" ? "the value is empty" : `${out} already exists and is not an empty folder`,
    hint: `choose another folder${hint}`,
  });
}

/** A run that has just been made. */
export interface NewRun {
  readonly run: Run;
  /** Removes it again, if it turns out that it cannot be trained. */
  readonly discard: () => void;
}

/**
 * Makes a run.
 * @param out its folder; by default one with date, time and recipe
 * @param make writes the run into the folder. If it fails, what it has written is removed
 */
export function makeRun(out: string | undefined, recipe: string, make: (folder: string) => Run): NewRun {
  const existed = out !== undefined && fs.existsSync(out);
  const folder = out ?? claimDefault(recipe);
  const discard = (): void => {
    for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : [])
      fs.rmSync(path.join(folder, name), { recursive: true });
    if (!existed && fs.existsSync(folder)) fs.rmSync(folder, { recursive: true });
  };
  try {
    return { run: make(folder), discard };
  } catch (error) {
    discard();
    throw error;
  }
}

/** Two programs may start in the same second. Making a folder is possible only once. */
function claimDefault(recipe: string): string {
  const folder = defaultRunFolder(recipe, new Date());
  makeFolder(path.dirname(folder));
  for (let count = 1; ; count++) {
    const name = count === 1 ? folder : `${folder}-${count}`;
    if (fs.existsSync(name)) continue;
    try {
      fs.mkdirSync(name);
      return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      makeFolder(name);
      return name;
    }
  }
}
