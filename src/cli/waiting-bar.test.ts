import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { idxFolder, temporaryFolder } from "../../test/idx-folder.js";
import { kilograd } from "../../test/terminal.js";
import { runProgram } from "./program.js";

/** What a command writes to a terminal as its standard error. */
async function onTerminal(words: readonly string[]): Promise<string> {
  let [stdout, stderr] = ["", ""];
  const status = await runProgram(words, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text), isTTY: true, columns: 40 },
    async *readLines() {},
    onInterrupt: () => () => undefined,
  });
  assert.equal(status, 0, stderr);
  assert.notEqual(stdout, "");
  return stderr;
}

test("what takes its time shows a bar on a terminal, and removes it", async (t) => {
  const data = ["--data", idxFolder(t, 40, 20), "--threads", "1"];
  const out = path.join(temporaryFolder(t), "run");
  await kilograd(["train", ...data, "--epochs", "1", "--batch-size", "8", "--out", out]);
  const commands: readonly (readonly [words: string[], bar: string])[] = [
    [["find-lr", ...data, "--steps", "20", "--batch-size", "8"], "range test:   0%|"],
    [["find-batch-size", ...data, "--sizes", "8,16", "--images", "32"], "size 16:   0%|"],
    [["evaluate", out], "test:   0%|"],
    [["check", out, "--goal", "1"], "test:   0%|"],
    [["report", out, "--text"], "test "],
  ];
  for (const [words, bar] of commands) {
    const stderr = await onTerminal(words);
    assert.ok(stderr.includes(`\r${bar}`), `${words[0]}: ${stderr}`);
    assert.match(stderr, /\r +\r$/);
    assert.ok(stderr.split("\r").every((line) => [...line].length <= 40));
  }
});
