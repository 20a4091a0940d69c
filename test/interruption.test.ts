/** Sends real signals to a real process: Ctrl-C loses nothing, and kill -9 no more than one checkpoint interval. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { idxFolder, temporaryFolder } from "./idx-folder.js";
import { jsonLines, type Json } from "./terminal.js";

const MAIN = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));

interface End {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
}

/** Runs `kilograd` in a process of its own, and sends it a signal once it has printed a given text. */
function run(words: readonly string[], kill?: readonly [when: string, signal: NodeJS.Signals]): Promise<End> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...words], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let stdout = "";
    let sent = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (!kill || sent || !stdout.includes(kill[0])) return;
      sent = true;
      child.kill(kill[1]);
    });
    child.on("error", reject);
    child.on("close", (status, signal) => resolve({ status, signal, stdout }));
  });
}

/** What must not depend on an interruption. */
function record(out: string): Json[] {
  const lines = jsonLines(fs.readFileSync(path.join(out, "metrics.jsonl"), "utf8"));
  return lines.map((line) => ({ ...line, seconds: 0, peakMemory: 0 }));
}

test("a training that was stopped by Ctrl-C or killed ends with the same bits as one that was not", async (t) => {
  const data = idxFolder(t, 400, 20);
  const folder = temporaryFolder(t);
  const settings = ["--data", data, "--epochs", "3", "--batch-size", "8", "--json"];
  const outs = ["whole", "stopped", "killed"].map((name) => path.join(folder, name)) as [string, string, string];
  const train = (out: string): string[] => ["train", "--out", out, ...settings];

  const whole = await run(train(outs[0]));
  assert.equal(whole.status, 0);
  const expected = jsonLines(whole.stdout).at(-1);
  assert.equal(expected!["type"], "end");

  const stopped = await run(train(outs[1]), ['"epoch":2,"batch":7,', "SIGINT"]);
  assert.equal(stopped.status, 130);
  assert.equal(jsonLines(stopped.stdout).at(-1)!["type"], "interrupted");

  const killed = await run(train(outs[2]), ['"epoch":2,"batch":7,', "SIGKILL"]);
  assert.equal(killed.signal, "SIGKILL");

  for (const out of [outs[1], outs[2]]) {
    const resumed = await run(["train", "--resume", out, "--json"]);
    assert.equal(resumed.status, 0);
    assert.deepEqual(jsonLines(resumed.stdout).at(-1), expected);
    assert.deepEqual(record(out), record(outs[0]));
    assert.deepEqual(fs.readdirSync(out).sort(), fs.readdirSync(outs[0]).sort(), "nothing half-written is left");
  }
  // It continues from the checkpoint at the end of epoch 1 or a later one.
  const again = jsonLines(killed.stdout).filter(({ type }) => type === "step").length;
  assert.ok(again >= 50 + 8);
});
