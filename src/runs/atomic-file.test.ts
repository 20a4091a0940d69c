import assert from "node:assert/strict";
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
