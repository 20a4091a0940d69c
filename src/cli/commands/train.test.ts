import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { idxFolder, temporaryFolder } from "../../../test/idx-folder.js";
import { jsonLines, kilograd, type Json } from "../../../test/terminal.js";

/** A short training: two epochs of five batches, the last one smaller. */
function words(data: string, out: string, ...more: string[]): string[] {
  return ["train", "--data", data, "--out", out, "--epochs", "2", "--batch-size", "8", ...more];
}

function place(t: TestContext): { data: string; out: string } {
  return { data: idxFolder(t, 36, 20), out: path.join(temporaryFolder(t), "run") };
}

function without(event: Json, ...keys: string[]): Json {
  return Object.fromEntries(Object.entries(event).filter(([key]) => !keys.includes(key)));
}

test("the output is the notebook's: summary, a bar and a test for each epoch, rules, answers", async (t) => {
  const { data, out } = place(t);
  const { status, stdout, stderr } = await kilograd(words(data, out, "--goal", "60"));
  assert.equal(status, 0);
  assert.equal(stderr, "");
  const [before, next] = stdout.split("\nNext:\n");
  assert.match(next!, /^ {2}npx kilograd .* curves, confusion matrix and mistakes, as a page\n/m);
  const lines = before!.trimEnd().split("\n");
  assert.equal(lines[1], "        Layer (type)               Output Shape         Param #");
  // Advice on so short a training is tested elsewhere.
  const rest = lines.slice(lines.lastIndexOf("-".repeat(64)) + 1).filter((line, i, all) => {
    const isAdvice = (text: string | undefined): boolean => /^(Advice|Hopeless): /.test(text ?? "");
    return !isAdvice(line) && !isAdvice(all[i - 1]);
  });
  const bar = /^loss=\d+\.\d{4} batch_id=4: 100%\|██████████\| 5\/5 \[00:\d\d<00:00, +\d+\.\d\d(it\/s|s\/it)\]$/;
  const tested = /^Test set: Average loss: \d+\.\d{4}, Accuracy: \d+\/20 \(\d+\.\d%\)$/;
  const expected = [
    ...["", `Run: ${out}`, ""],
    ...[bar, "", tested, "", bar, "", tested, ""],
    "The goal",
    /^(pass|FAIL) {2}at least 60 % test accuracy {2}\d+\.\d\d % \(\d+ of 20\)$/,
    "",
    /^Final validation accuracy: \d+\.\d\d$/,
    "Number of parameters: 12514",
    "Dropout used: False",
    "Batch normalisation used: True",
    "Fully connected layer used: False",
    "1x1 kernels used: True",
  ];
  assert.equal(rest.length, expected.length, stdout);
  expected.forEach((want, i) => {
    if (typeof want === "string") assert.equal(rest[i], want);
    else assert.match(rest[i]!, want);
  });
});

test("--json prints events as JSON lines", async (t) => {
  const { data, out } = place(t);
  const { status, stdout } = await kilograd(words(data, out, "--json", "--seed", "3", "--goal", "99"));
  assert.equal(status, 0);
  const events = jsonLines(stdout).filter(({ type }) => type !== "advice");
  const types = events.map(({ type }) => type);
  const epoch = ["step", "step", "step", "step", "step", "epoch"];
  assert.deepEqual(types, ["start", ...epoch, ...epoch, "end"]);
  assert.deepEqual(Object.keys(events[1]!), ["type", "epoch", "batch", "loss", "lr"]);
  assert.deepEqual(without(events[1]!, "loss", "lr"), { type: "step", epoch: 1, batch: 0 });
  const { testLoss, correct, total, seconds } = events[6]!;
  assert.ok([testLoss, correct, seconds].every((value) => typeof value === "number"));
  assert.equal(total, 20);
  const { rules, weights } = events.at(-1)!;
  assert.match(weights as string, /^[0-9a-f]{64}$/);
  assert.deepEqual(
    (rules as Json[]).map((rule) => Object.keys(rule)),
    [["rule", "value", "pass"]],
  );
  // The run's own record has the same lines, with the memory.
  const metrics = jsonLines(fs.readFileSync(path.join(out, "metrics.jsonl"), "utf8"));
  assert.ok(metrics.filter(({ type }) => type === "epoch").every(({ peakMemory }) => (peakMemory as number) > 1e7));
  assert.deepEqual(
    metrics.map((line) => without(line, "peakMemory")),
    events.slice(1, -1),
  );
});

for (const [stopAt, when] of [
  ['"epoch":1,"batch":2', "in the middle of an epoch"],
  ['"epoch":1,"batch":4', "after the last batch of an epoch"],
  ['"type":"epoch","epoch":1', "after an epoch's test"],
] as const) {
  test(`stopped ${when} it saves, says how to continue, and then ends with the same bits`, async (t) => {
    const { data, out } = place(t);
    const whole = jsonLines((await kilograd(words(data, `${out}-whole`, "--json"))).stdout);
    const stopped = await kilograd(words(data, out, "--json"), stopAt);
    assert.equal(stopped.status, 130);
    assert.deepEqual(jsonLines(stopped.stdout).at(-1), {
      type: "interrupted",
      run: out,
      resume: `npx kilograd train --resume ${out}`,
    });
    const resumed = jsonLines((await kilograd(["train", "--resume", out, "--json"])).stdout);
    assert.deepEqual(resumed.at(-1), whole.at(-1));
    const steps = [...jsonLines(stopped.stdout), ...resumed].filter(({ type }) => type === "step");
    assert.deepEqual(
      steps,
      whole.filter(({ type }) => type === "step"),
    );
    const metrics = [out, `${out}-whole`].map((folder) =>
      jsonLines(fs.readFileSync(path.join(folder, "metrics.jsonl"), "utf8")).map((line) =>
        without(line, "seconds", "peakMemory"),
      ),
    );
    assert.deepEqual(metrics[0], metrics[1]);
  });
}

test("when stopped, it tells people how to continue", async (t) => {
  const { data, out } = place(t);
  const { status, stdout } = await kilograd(words(data, out), "Test set");
  assert.equal(status, 130);
  assert.match(stdout, /\n\nStopped and saved\. To continue: npx kilograd train --resume .*run\n$/);
});

test("a finished run is not resumed", async (t) => {
  const { data, out } = place(t);
  await kilograd(words(data, out));
  const { status, stderr } = await kilograd(["train", "--resume", out]);
  assert.equal(status, 1);
  const changed = await kilograd(["train", "--resume", out, "--epochs", "3", "--data", data, "--json"]);
  assert.equal(changed.status, 2);
  const instead = `npx kilograd train exercise --weights ${out} --batch-size 8 --epochs 3 --data ${data}`;
  assert.ok(
    changed.stderr.includes(`got --epochs --data. Hint: `) && changed.stderr.includes(`\`${instead}\``),
    changed.stderr,
  );
  assert.match(stderr, /is finished: epoch 2 was its last\. Hint: see its result with `npx kilograd evaluate/);
});

test("a run is not resumed on other data, and a changed checkpoint is not read", async (t) => {
  const { data, out } = place(t);
  await kilograd(words(data, out, "--json"), '"batch":2');
  const labels = path.join(data, "train-labels-idx1-ubyte");
  const bytes = fs.readFileSync(labels);
  bytes[10]! ^= 1;
  fs.writeFileSync(labels, bytes);
  const other = await kilograd(["train", "--resume", out]);
  assert.equal(other.status, 1);
  assert.match(other.stderr, /train-labels-idx1-ubyte is not the file that .* was trained on; expected SHA-256/);
  fs.truncateSync(path.join(out, "last.safetensors"), 5000);
  const broken = await kilograd(["train", "--resume", out]);
  assert.equal(broken.status, 1);
  assert.match(broken.stderr, /last\.safetensors: .* Hint: the file is truncated, damaged or not a safetensors file/);
});

test("options reach the configuration", async (t) => {
  const { data, out } = place(t);
  const settings = [
    "--optimizer",
    "adamw",
    "--lr",
    "0.002",
    "--momentum",
    "0.8",
    "--weight-decay",
    "0.01",
    "--seed",
    "5",
  ];
  const schedule = ["--schedule", "multistep:milestones=1+2,gamma=0.5", "--augment", "rotation=10,scale=0.1"];
  const crop = ["--early-crop", "size=22,epochs=1"];
  const engine = ["--threads", "1", "--numerics", "strict", "--loss", "cross-entropy"];
  const { status, stderr } = await kilograd(words(data, out, ...settings, ...schedule, ...crop, ...engine));
  assert.equal(stderr, "");
  assert.equal(status, 0);
  const { config } = JSON.parse(fs.readFileSync(path.join(out, "config.json"), "utf8")) as { config: Json };
  assert.deepEqual(config, {
    net: "exercise",
    recipe: "default",
    data,
    goal: null,
    epochs: 2,
    batchSize: 8,
    loss: "cross-entropy",
    optimizer: "adamw",
    lr: 0.002,
    momentum: 0.8,
    weightDecay: 0.01,
    weights: null,
    schedule: { name: "multistep", milestones: [1, 2], gamma: 0.5 },
    augment: { rotation: 10, shift: 0, scale: 0.1 },
    earlyCrop: { size: 22, epochs: 1 },
    seed: 5,
    threads: 1,
    numerics: "strict",
    checkpointSteps: 500,
  });
});

test("a crop that the images or the network do not allow is rejected before a run is started", async (t) => {
  const { data, out } = place(t);
  const begin = async (size: number): Promise<string> =>
    (await kilograd(words(data, out, "--early-crop", `size=${size},epochs=1`))).stderr;
  assert.match(
    await begin(29),
    /earlyCrop\.size: images \[1,28,28\] are smaller than the crop; expected at most 28, got 29/,
  );
  assert.match(
    await begin(6),
    /--early-crop: the network does not accept the cropped images \[1,6,6\] .* Hint: --early-crop none trains/,
  );
  assert.equal(fs.existsSync(out), false);
});

for (const schedule of ["constant", "onecycle", "step:stepSize=1", "cosine", "plateau:patience=0"]) {
  for (const optimizer of ["sgd", "adam"]) {
    test(`${optimizer} with the schedule ${schedule} trains, and resumes to the same bits`, async (t) => {
      const { data, out } = place(t);
      const choice = ["--json", "--schedule", schedule, "--optimizer", optimizer, "--lr", "0.01"];
      const whole = jsonLines((await kilograd(words(data, `${out}-whole`, ...choice))).stdout);
      await kilograd(words(data, out, ...choice), '"epoch":2,"batch":1');
      const resumed = jsonLines((await kilograd(["train", "--resume", out, "--json"])).stdout);
      assert.deepEqual(resumed.at(-1), whole.at(-1));
    });
  }
}

test("wrong folders and damaged data end with status 1", async (t) => {
  const { data, out } = place(t);
  const empty = temporaryFolder(t);
  for (const [line, message] of [
    [
      words(empty, out),
      /train-images-idx3-ubyte is not in .* an empty folder\. Hint: put the dataset's four IDX files into a folder and pass it with --data\.$/m,
    ],
    [["train", "--resume", empty], /is not a run: it has no config\.json/],
    [["evaluate", empty], /is not a run/],
    [["check", empty], /is not a run/],
    [["predict", empty, "x.png"], /is not a run/],
  ] as const) {
    const { status, stderr } = await kilograd(line);
    assert.equal(status, 1, line.join(" "));
    assert.match(stderr, message);
    assert.match(stderr, /^kilograd: /);
  }
  fs.truncateSync(path.join(data, "train-images-idx3-ubyte"), 999);
  const { status, stderr } = await kilograd(words(data, out));
  assert.equal(status, 1);
  assert.match(stderr, /train-images-idx3-ubyte: .*999/);
  assert.equal(fs.existsSync(out), false, "no run is started");
});
