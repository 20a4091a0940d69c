import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { encode } from "fast-png";
import { absolute, assertCloseTo } from "../../test/closeness.js";
import { idxFolder, temporaryFolder } from "../../test/idx-folder.js";
import { kilograd } from "../../test/terminal.js";

const usage: readonly (readonly [line: string, message: RegExp])[] = [
  ["", /Usage: kilograd/],
  ["fly", /unknown command 'fly'/],
  ["train --lerning-rate 1", /unknown option '--lerning-rate'/],
  ["train --epochs", /argument missing/],
  ["train --epochs 0", /^kilograd: --epochs: invalid value; expected an integer from 1 to 1000, got 0\./],
  ["train --epochs many", /--epochs: .* got "many"/],
  ["train --batch-size 0", /--batch-size: /],
  ["train --lr -1", /--lr: .* expected a number above 0, at most 100, got -1/],
  ["train --momentum 1", /--momentum: /],
  [
    "train --momentum 0",
    /--momentum: the onecycle schedule cannot cycle .* Hint: --schedule onecycle:cycleMomentum=false keeps/,
  ],
  ["train --weight-decay x", /--weight-decay: /],
  ["train --optimizer lion", /--optimizer: .* expected one of sgd, adam, adamw, got "lion"/],
  ["train --schedule wave", /--schedule \(name\): /],
  ["train --schedule step:stepSize", /--schedule: cannot be parsed; expected name=value, got stepSize/],
  ["train --schedule step:stepSize=0", /--schedule \(stepSize\): .* got 0/],
  ["train --schedule cosine:tMax=3", /--schedule \(tMax\): unknown setting/],
  ["train --augment rotation=200", /--augment \(rotation\): /],
  ["train --augment rotate=10", /--augment \(rotate\): .* Hint: perhaps you mean rotation\.$/m],
  ["train --schedule step:step_size=2", /--schedule \(step_size\): .* Hint: perhaps you mean stepSize\.$/m],
  ["train --schedule one_cycle", /--schedule .* Hint: perhaps you mean onecycle\.$/m],
  ["train --augment=", /--augment: cannot be parsed; expected name=value/],
  ["train --augment rotation=5,rotation=7", /--augment: rotation is given twice, got rotation=5,rotation=7/],
  ["train --schedule step:stepSize=2,stepSize=3", /--schedule: stepSize is given twice/],
  ["train --epochs 2 --epochs=3", /--epochs: the option is given twice/],
  ["report a --text --text", /--text: the option is given twice/],
  ["train --lr Infinity", /--lr: .*, got Infinity\.$/m],
  ["train --goal 0.99", /--goal: a goal is in percent, got 0\.99\. Hint: write --goal 99\.$/m],
  ["train --log csv,csv", /--log: the same log twice/],
  ["train --log=", /--log: no such log/],
  ["train --data emnist", /--data: .* Hint: give the folder of EMNIST's files\.$/m],
  ["train --data Mnist", /--data: .* Hint: perhaps you mean mnist\.$/m],
  ["train Quick", /no such network .* Hint: perhaps you mean quick\.$/m],
  ["train --dump-plan --json", /'--dump-plan' cannot be used with option '--json'/],
  ["train --dump-plan --resume x", /'--dump-plan' cannot be used with option '--resume <folder>'/],
  ["quiz --solution x --seed 7", /'--solution <run>' cannot be used with option '--seed <n>'/],
  ["report a --text --out b", /'--text' cannot be used with option '--out <file>'/],
  ["report a b --digits 1", /--digits: a comparison of several runs shows no activation maps/],
  ["train --augment flip=1", /--augment \(flip\): unknown setting; expected one of rotation, shift, scale\.$/m],
  ["train --early-crop size=24", /--early-crop \(epochs\): the setting is missing/],
  ["train --early-crop size=0,epochs=1", /--early-crop \(size\): .* got 0/],
  ["train --early-crop 24", /--early-crop: cannot be parsed; expected name=value, got 24/],
  ["train --seed 1.5", /--seed: /],
  ["train --threads 0", /--threads: /],
  ["train --numerics sloppy", /--numerics: .* expected one of fast, strict/],
  [
    "train --recipe best",
    /--recipe: there is no such recipe; expected one of default, quick, minute, notebook, got "best"/,
  ],
  ["train nets/gone.ts", /no such network or file; expected exercise, quick, or the path/],
  ["train --out .", /--out: \. already exists and is not an empty folder/],
  ["train --out package.json", /--out: package\.json already exists and is not an empty folder/],
  ["train --out=", /--out: the value is empty/],
  [
    "train --data gone",
    /--data: no such dataset or folder; expected fashion-mnist, mnist, or a folder of IDX files, got gone\.$/m,
  ],
  ["train --data=", /--data: the value is empty; expected fashion-mnist, mnist, or a folder/],
  [
    "train exercise --resume x",
    /keeps its settings; .* got exercise\. Hint: leave out exercise: `npx kilograd train --resume x`/,
  ],
  ["summary --input 1,x", /--input: invalid size; expected integers such as 1,28,28, got 1,x/],
  ["inspect --input x", /--input: invalid size/],
  ["inspect nets/gone.ts", /no such network or file/],
  ["quiz --seed x", /--seed: invalid value; expected an integer from 0 to 4294967295, got x/],
  ["quiz --questions 0", /--questions: .* expected an integer of at least 1, got 0/],
  ["summary one two", /too many arguments/],
  ["evaluate", /missing required argument 'run'/],
  ["check", /missing required argument/],
  ["predict x", /missing required argument 'images'/],
  ["import", /missing required argument 'file'/],
  ["import a.onnx --net exercise", /--net: an ONNX model brings its own network, got exercise/],
  ["import a.pt --out .", /--out: \. already exists and is not an empty folder/],
];

for (const [line, message] of usage) {
  test(`kilograd ${line} is rejected with status 2`, async () => {
    const { status, stdout, stderr } = await kilograd(line.split(" ").filter((word) => word !== ""));
    assert.match(stderr, message);
    assert.equal(status, 2);
    assert.equal(stdout, "");
  });
}

test("kilograd --version", async () => {
  const { status, stdout } = await kilograd(["--version"]);
  assert.equal(status, 0);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
});

test("summary prints the table, for any input", async () => {
  const { status, stdout } = await kilograd(["summary", "--input", "1,32,40"]);
  assert.equal(status, 0);
  assert.match(stdout, /Conv2d-1 {12}\[-1, 8, 30, 38\] {14}80\n/);
  assert.match(stdout, /\nTotal params: 12,514\n/);
  const wrong = await kilograd(["summary", "--input", "3,28,28"]);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /^kilograd: conv1 \(Conv2d\): conv2d: /);
  for (const command of ["summary", "inspect"]) {
    const { status, stderr } = await kilograd([command, "--input", "28,28"]);
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^kilograd: --input: the network does not accept 28,28: conv1 \(Conv2d\): conv2d: input \[\d,28,28\]/,
    );
    assert.match(stderr, /expected 4: \[N,C,H,W\]\. Hint: give channels, height and width, such as 1,28,28;/);
    assert.doesNotMatch(stderr, /unsqueeze/);
  }
});

test("evaluate, check and predict read a run", async (t) => {
  const data = idxFolder(t, 160, 20);
  const folder = temporaryFolder(t);
  const out = path.join(folder, "run");
  const settings = ["--epochs", "6", "--batch-size", "16", "--augment", "none"];
  const trained = await kilograd(["train", "--data", data, "--out", out, ...settings, "--goal", "99.5"]);
  const results = trained.stdout.match(/^Test set: .*$/gm)!;

  const noClass = await kilograd(["report", out, "--digits", "11"]);
  assert.match(noClass.stderr, /^kilograd: --digits: no test image has this class; expected .* from 0 to 9, got 11\./);
  assert.equal(noClass.status, 2);

  const evaluated = await kilograd(["evaluate", out]);
  assert.equal(evaluated.status, 0);
  const [lastName, last, bestName, best] = evaluated.stdout.split("\n");
  assert.equal(lastName, "last.safetensors, epoch 6");
  assert.equal(last!.replace(/loss: [\d.]+/, ""), results[5]!.replace(/loss: [\d.]+/, ""));
  const bestEpoch = Number(/^best\.safetensors, epoch (\d)$/.exec(bestName!)![1]);
  assert.equal(best!.split("Accuracy")[1], results[bestEpoch - 1]!.split("Accuracy")[1]);

  const checked = await kilograd(["check", out]);
  const passes = (checked.stdout.match(/^pass/gm) ?? []).length;
  assert.equal(checked.status, passes === 1 ? 0 : 1);
  assert.equal(checked.stdout.trimEnd(), /The goal\n.+99\.5 % .+\n/.exec(trained.stdout)![0].trimEnd());
  const lower = await kilograd(["check", out, "--goal", "1"]);
  assert.match(lower.stdout, /^The goal\npass {2}at least 1 % test accuracy/);
  assert.equal(lower.status, 0);

  // An image of class 3 as in the data, and the same image dark on light, larger and in colour.
  const pixel = (y: number): number => (Math.floor(y) === 10 ? 255 : 30);
  const grey = Uint8Array.from({ length: 784 }, (_, i) => pixel(i / 28));
  const colour = Uint8Array.from({ length: 56 * 56 * 3 }, (_, i) => 255 - pixel(i / 3 / 56 / 2));
  fs.writeFileSync(path.join(folder, "a.png"), encode({ width: 28, height: 28, channels: 1, data: grey }));
  fs.writeFileSync(path.join(folder, "b.png"), encode({ width: 56, height: 56, channels: 3, data: colour }));
  const predicted = await kilograd(["predict", out, path.join(folder, "a.png"), path.join(folder, "b.png")]);
  assert.equal(predicted.status, 0);
  const lines = predicted.stdout.trimEnd().split("\n");
  assert.equal(lines.length, 22);
  assert.match(lines[0]!, /a\.png$/);
  assert.match(lines[11]!, /b\.png \(inverted; scaled from 56×56 to 28×28\)$/);
  for (const start of [1, 12]) {
    const rows = lines.slice(start, start + 10).map((line) => /^([→ ]) (\d) +([\d.]+)/.exec(line)!);
    assert.deepEqual(
      rows.map((row) => Number(row[2])),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    const likelihoods = rows.map((row) => Number(row[3]));
    assertCloseTo(
      likelihoods.reduce((a, b) => a + b),
      1,
      absolute(1e-3),
      "the sum of the likelihoods",
    );
    assert.deepEqual(
      rows.map((row) => row[1] === "→"),
      likelihoods.map((x) => x === Math.max(...likelihoods)),
    );
  }

  const kept = await kilograd(["predict", out, path.join(folder, "b.png"), "--invert", "false"]);
  assert.match(kept.stdout, /b\.png \(scaled from 56×56 to 28×28\)\n/);
  const centred = await kilograd(["predict", out, path.join(folder, "a.png"), "--centre", "true"]);
  assert.match(centred.stdout, /a\.png \(centred as in MNIST\)\n/);
  const unknown = await kilograd(["predict", out, path.join(folder, "a.png"), "--invert", "yes"]);
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /--invert: no such choice; expected auto, true or false, got yes/);
  fs.writeFileSync(path.join(folder, "c.png"), "RIFF\0\0\0\0WEBPVP8 ");
  const webp = await kilograd(["predict", out, path.join(folder, "c.png")]);
  assert.equal(webp.status, 1);
  assert.match(webp.stderr, /c\.png is a WebP; expected a PNG or JPEG/);

  const gone = await kilograd(["predict", out, path.join(folder, "gone.png")]);
  assert.equal(gone.status, 1);
  assert.match(gone.stderr, /gone\.png cannot be read/);
});
