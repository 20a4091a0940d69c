import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { KilogradError } from "../errors/errors.js";
import { writeFileAtomic } from "./atomic-file.js";

function folder(t: TestContext): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-"));
  t.after(() => fs.rmSync(made, { recursive: true }));
  return made;
}

function fail(code: string): () => never {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}

test("a file is made, and replaced", (t) => {
  const file = path.join(folder(t), "x.bin");
  writeFileAtomic(file, "long enough");
  writeFileAtomic(file, Uint8Array.of(65, 66));
  assert.equal(fs.readFileSync(file, "utf8"), "AB");
  assert.deepEqual(fs.readdirSync(path.dirname(file)), ["x.bin"]);
});

for (const [step, code] of [
  ["writeFileSync", "ENOSPC"],
  ["fsyncSync", "ENOSPC"],
  ["renameSync", "EDQUOT"],
] as const) {
  test(`when ${step} fails with ${code} the old file stays and nothing half-written is left`, (t) => {
    const file = path.join(folder(t), "x.bin");
    fs.writeFileSync(file, "old");
    t.mock.method(fs, step, fail(code), { times: 1 });
    assert.throws(
      () => writeFileAtomic(file, "new content"),
      (error: unknown) =>
        error instanceof KilogradError && /x\.bin: the disk (is full|quota).*Hint: free some space/.test(error.message),
    );
    assert.equal(fs.readFileSync(file, "utf8"), "old");
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ["x.bin"]);
  });
}

test("the content is on the disk before the file gets its name, and the name before the function returns", (t) => {
  const file = path.join(folder(t), "x.bin");
  const steps: string[] = [];
  const { fsyncSync, renameSync } = fs;
  t.mock.method(fs, "fsyncSync", (handle: number) => {
    steps.push(fs.fstatSync(handle).isDirectory() ? "sync the folder" : "sync the file");
    fsyncSync(handle);
  });
  t.mock.method(fs, "renameSync", (from: string, to: string) => {
    steps.push("rename");
    renameSync(from, to);
  });
  writeFileAtomic(file, "content");
  const afterwards = process.platform === "win32" ? [] : ["sync the folder"];
  assert.deepEqual(steps, ["sync the file", "rename", ...afterwards]);
});

test("a folder that is not there is named", (t) => {
  const file = path.join(folder(t), "gone", "x.bin");
  assert.throws(() => writeFileAtomic(file, ""), /gone.x\.bin: the folder does not exist/);
});

test("a path that goes through a file is named", (t) => {
  const file = path.join(folder(t), "x");
  fs.writeFileSync(file, "");
  assert.throws(() => writeFileAtomic(path.join(file, "y"), ""), /x.y: a part of the path is a file, not a folder/);
});

test("a device or a pipe takes the bytes and stays what it is", { skip: process.platform === "win32" }, (t) => {
  const file = path.join(folder(t), "pipe");
  execFileSync("mkfifo", [file]);
  // Opened for reading and writing, so that neither side waits for the other.
  const handle = fs.openSync(file, fs.constants.O_RDWR);
  t.after(() => fs.closeSync(handle));
  writeFileAtomic(file, "content");
  const read = Buffer.alloc(7);
  fs.readSync(handle, read);
  assert.equal(read.toString(), "content");
  assert.ok(fs.statSync(file).isFIFO());
  assert.deepEqual(fs.readdirSync(path.dirname(file)), ["pipe"]);
});

test("a link to a file stays, and the file that it names is replaced", { skip: process.platform === "win32" }, (t) => {
  const [file, link] = ["x.bin", "link"].map((name) => path.join(folder(t), name)) as [string, string];
  fs.writeFileSync(file, "old");
  fs.symlinkSync(file, link);
  writeFileAtomic(link, "new");
  assert.ok(fs.lstatSync(link).isSymbolicLink());
  assert.equal(fs.readFileSync(file, "utf8"), "new");
});

test("Ctrl-C while a file is written ends the process afterwards", { skip: process.platform === "win32" }, (t) => {
  const file = path.join(folder(t), "x.bin");
  const module = new URL("./atomic-file.ts", import.meta.url).href;
  const program = `
    import fs from "node:fs";
    const { fsyncSync } = fs;
    fs.fsyncSync = (handle) => (process.kill(process.pid, "SIGINT"), fsyncSync(handle));
    (await import(${JSON.stringify(module)})).writeFileAtomic(${JSON.stringify(file)}, "content");
    setTimeout(() => console.log("still running"), 5000);`;
  const words = ["--import", "tsx", "--input-type=module", "--eval", program];
  const { signal, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  assert.equal(signal, "SIGINT", stderr);
  assert.equal(stdout, "");
  assert.deepEqual(fs.readdirSync(path.dirname(file)), ["x.bin"]);
  assert.equal(fs.readFileSync(file, "utf8"), "content");
});
