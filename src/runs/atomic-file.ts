/**
 * Writes files atomically. The bytes go into a temporary file in the same folder and are forced to the disk; then the
 * file is renamed in one step. After a crash, either the old file or the new one is there.
 */
import { bytes } from "../errors/record-kinds.js";
import { text, either } from "../errors/kinds.js";
import { Signature, required } from "../errors/signature.js";
import fs from "node:fs";
import path from "node:path";
import { KilogradError } from "../errors/errors.js";

/** What to do about the failures that are likely to happen, by the system's error code. */
const REASONS: Readonly<Record<string, readonly [problem: string, hint: string]>> = {
  ENOSPC: ["the disk is full", "free some space, or choose another folder; what was saved before is still there"],
  EDQUOT: [
    "the disk quota is used up",
    "free some space, or choose another folder; what was saved before is still there",
  ],
  EACCES: ["writing is not allowed", "choose a folder that you may write to"],
  EPERM: ["writing is not allowed", "choose a folder that you may write to"],
  EROFS: ["the disk is read-only", "choose a folder that you may write to"],
  ENOTDIR: ["a part of the path is a file, not a folder", "choose another folder"],
  EEXIST: ["a file of that name is in the way", "choose another folder"],
  EISDIR: ["it is a folder, not a file", "choose a file's name"],
  ENOENT: ["the folder does not exist", "make it again, or choose another folder"],
};

/** Runs `write` and turns the system's error into one that says what could not be written, why, and what to do. */
export function writing<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    const [problem, hint] = REASONS[code] ?? [(error as Error).message, undefined];
    const details = { op: "write", problem: `${file}: ${problem}`, ...(hint ? { hint } : {}) };
    throw new KilogradError(details, { cause: error });
  }
}

const ofMakeFolder = new Signature("makeFolder", [required("folder", text("a path"))]);

/**
 * Makes a folder and its parents, unless they exist.
 * @param folder its path
 * @throws KilogradError if that is not possible; the message says why
 * @example makeFolder("runs/second");
 */
export function makeFolder(folder: string): void {
  ofMakeFolder.read(arguments);
  writing(folder, () => fs.mkdirSync(folder, { recursive: true }));
}

const ofWriteFileAtomic = new Signature("writeFileAtomic", [
  required("file", text("a path")),
  required("content", either(bytes, text("a text"))),
]);

/**
 * Writes a file, or replaces it, in one step. After a crash, the file has either its old content or the new one.
 * @param file its path
 * @param content its new content
 * @throws KilogradError if that is not possible; the message says why
 * @example writeFileAtomic("answer.txt", "42\n");
 */
export function writeFileAtomic(file: string, content: Uint8Array | string): void {
  ofWriteFileAtomic.read(arguments);
  writing(file, () => {
    const there = fs.statSync(file, { throwIfNoEntry: false });
    // A pipe or a device, such as /dev/stdout, takes bytes. Nothing may take its place.
    if (there && !there.isFile() && !there.isDirectory()) fs.writeFileSync(file, content);
    else uninterrupted(() => replace(there ? fs.realpathSync(file) : file, content));
  });
}

function replace(file: string, content: Uint8Array | string): void {
  const beside = `${file}.tmp`;
  try {
    writeAndSync(beside, content);
    fs.renameSync(beside, file);
    syncFolder(path.dirname(file));
  } finally {
    fs.rmSync(beside, { force: true });
  }
}

/** Ctrl-C in the middle of `write` would leave the temporary file: it ends the process afterwards, as it does otherwise. */
function uninterrupted(write: () => void): void {
  const signals = (["SIGINT", "SIGTERM"] as const).filter((signal) => process.listenerCount(signal) === 0);
  const release = (): void => signals.forEach((signal) => process.off(signal, again));
  const again = (signal: NodeJS.Signals): void => {
    release();
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.on(signal, again);
  try {
    write();
  } finally {
    // The signal arrives in the next turn of the event loop, of which the second callback is the end.
    setImmediate(() => setImmediate(release));
  }
}

function writeAndSync(file: string, content: Uint8Array | string): void {
  const handle = fs.openSync(file, "w");
  try {
    fs.writeFileSync(handle, content);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/** A rename reaches the disk only when the folder is synced. Windows cannot open folders, and does not need this. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = fs.openSync(folder, "r");
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
