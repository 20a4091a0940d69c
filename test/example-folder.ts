/** The folder in which an example runs. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import type { TestContext } from "node:test";

/** A new working folder with the files that an example names; it goes when the test ends. */
export async function exampleFolder(t: TestContext, _code: string): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-example-"));
  const before = process.cwd();
  process.chdir(folder);
  t.after(() => {
    process.chdir(before);
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return Promise.resolve(folder);
}
