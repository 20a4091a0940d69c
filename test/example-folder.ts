/**
 * The folder in which an example runs. It has everything that examples name: a folder `data` of small images in MNIST's
 * files, and a run `runs/first` of two epochs on them. https://example.org/ serves the files in `data`.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import type { TestContext } from "node:test";
import { idxFolder } from "./idx-folder.js";
import { kilograd } from "./terminal.js";

/** A new working folder with the files that examples name. It is removed when the test ends. */
export async function exampleFolder(t: TestContext, code: string): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-example-"));
  const before = process.cwd();
  t.after(() => {
    process.chdir(before);
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const data = path.join(folder, "data");
  const names = (part: string): boolean => code.includes(part);
  if (['"data"', '"data/', "example.org", "runs/first"].some(names)) {
    fs.cpSync(idxFolder(t, 40, 20), data, { recursive: true });
  }
  if (names("runs/first")) fs.cpSync(await firstRun(data), path.join(folder, "runs", "first"), { recursive: true });
  if (names("example.org"))
    t.mock.method(globalThis, "fetch", (address: string) => Promise.resolve(serve(data, address)));
  process.chdir(folder);
  return folder;
}

/** A file of the folder, by the last part of a URL. */
function serve(folder: string, address: string): Response {
  const file = path.join(folder, path.posix.basename(new URL(address).pathname));
  return fs.existsSync(file) ? new Response(fs.readFileSync(file)) : new Response(null, { status: 404 });
}

let trained: string | undefined;

/** The run, which is trained once for all examples. */
async function firstRun(data: string): Promise<string> {
  if (trained) return trained;
  const out = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-run-")), "first");
  const words = ["train", "--data", data, "--out", out, "--epochs", "2", "--batch-size", "8", "--threads", "1"];
  const { status, stderr } = await kilograd([...words, "--json"]);
  if (status !== 0) throw new Error(stderr);
  process.once("exit", () => fs.rmSync(path.dirname(out), { recursive: true, force: true }));
  return (trained = out);
}
