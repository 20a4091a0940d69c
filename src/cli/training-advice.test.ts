import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { idxFolder, temporaryFolder } from "../../test/idx-folder.js";
import { jsonLines, kilograd } from "../../test/terminal.js";

/** Three short epochs with a learning rate so low that nothing is learnt. */
function words(data: string, out: string, ...more: string[]): string[] {
  const settings = ["--epochs", "3", "--batch-size", "8", "--lr", "1e-9", "--schedule", "constant", "--threads", "1"];
  return ["train", "--data", data, "--out", out, ...settings, ...more];
}

function place(t: TestContext): { data: string; out: string } {
  return { data: idxFolder(t, 36, 20), out: path.join(temporaryFolder(t), "run") };
}

test("a training that learns nothing says so once, and once more when it becomes hopeless", async (t) => {
  const { data, out } = place(t);
  const { status, stdout } = await kilograd(words(data, out));
  assert.equal(status, 0);
  const said = stdout.split("\n").filter((line) => line.includes("not learning"));
  assert.equal(said.length, 2);
  assert.match(said[0]!, /^Advice: not learning: the mean loss of epoch 1 is 2\.\d+, close to that of guessing/);
  assert.match(said[1]!, /^Hopeless: not learning: the mean loss of epoch 2 is /);
});

test("--stop-when-hopeless saves the run and ends with status 1; resuming continues it", async (t) => {
  const { data, out } = place(t);
  const { status, stdout } = await kilograd(words(data, out, "--json", "--stop-when-hopeless"));
  assert.equal(status, 1);
  const events = jsonLines(stdout);
  assert.deepEqual(events.at(-1), { type: "hopeless", run: out, resume: `npx kilograd train --resume ${out}` });
  assert.equal(events.filter(({ type }) => type === "epoch").length, 2);
  const [first, second] = events.filter(({ type, sign }) => type === "advice" && sign === "not learning");
  assert.deepEqual([first!["epoch"], first!["hopeless"]], [1, false]);
  assert.deepEqual([second!["epoch"], second!["hopeless"]], [2, true]);
  const resumed = await kilograd(["train", "--resume", out, "--stop-when-hopeless"]);
  assert.equal(resumed.status, 0, "there is nothing to stop after the last epoch");
  assert.match(resumed.stdout, /^Final validation accuracy: /m);
});

test("people are told how to continue a hopeless run", async (t) => {
  const { data, out } = place(t);
  const { stdout } = await kilograd(words(data, out, "--stop-when-hopeless"));
  assert.match(
    stdout,
    /\nStopped and saved, because the goal is out of reach\. To continue anyway: npx kilograd train --resume .*run\n$/,
  );
});

test("earlier runs with the same data, epochs and early crop are compared; damaged ones are ignored", async (t) => {
  const { data, out } = place(t);
  const around = path.dirname(out);
  await kilograd(words(data, path.join(around, "earlier")));
  await kilograd(words(data, path.join(around, "cropped"), "--early-crop", "size=22,epochs=1"));
  // Make the earlier runs perfect.
  for (const name of ["earlier", "cropped"]) {
    const metrics = path.join(around, name, "metrics.jsonl");
    fs.writeFileSync(metrics, fs.readFileSync(metrics, "utf8").replace(/"correct":\d+/g, '"correct":20'));
  }
  for (const [name, record] of [
    ["broken", "{"],
    ["empty", "{}"],
  ] as const) {
    fs.mkdirSync(path.join(around, name));
    fs.writeFileSync(path.join(around, name, "config.json"), record);
  }
  const { stdout } = await kilograd(words(data, out));
  assert.match(
    stdout,
    /\nAdvice: behind: \d+\.00 % after epoch 2 of 3 \(an earlier run had 100\.00 %\): what did that run/,
  );
});
