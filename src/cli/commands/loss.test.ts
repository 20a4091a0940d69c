/** A network that returns scores (logits), as most of PyTorch's users write it, in every command that trains or tests. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { idxFolder, temporaryFolder } from "../../../test/idx-folder.js";
import { jsonLines, kilograd } from "../../../test/terminal.js";

const NN = JSON.stringify(new URL("../../nn/index.ts", import.meta.url).href);

function scoresNet(folder: string, end = "x"): string {
  const file = path.join(folder, "net.mjs");
  fs.writeFileSync(
    file,
    `import * as nn from ${NN};
export default class Net extends nn.Module {
  conv = new nn.Conv2d(1, 10, 28);
  forward(images) { const x = this.conv(images).view(-1, 10); return ${end}; }
}\n`,
  );
  return file;
}

interface Place {
  readonly folder: string;
  readonly net: string;
  readonly data: readonly string[];
}

function place(t: TestContext): Place {
  const folder = temporaryFolder(t);
  return { folder, net: scoresNet(folder), data: ["--data", idxFolder(t, 40, 20), "--threads", "1"] };
}

const short = ["--epochs", "2", "--batch-size", "8"];
const refused =
  /^kilograd: Net: the network's outputs are not log-likelihoods(?: in training mode)?: .* Hint: end forward\(\) with F\.logSoftmax\(x, 1\), which .*, or pass --loss cross-entropy\.$/m;

test("train, find-lr and find-batch-size name both ways out, and the second works", async (t) => {
  const { folder, net, data } = place(t);
  for (const words of [
    ["train", net, ...data, ...short, "--out", path.join(folder, "run")],
    ["find-lr", net, ...data, "--steps", "20", "--batch-size", "8"],
    ["find-batch-size", net, ...data, "--sizes", "8", "--images", "16"],
  ]) {
    const { status, stderr } = await kilograd(words);
    assert.match(stderr, refused);
    assert.equal(status, 1);
    if (words[0] === "train") assert.ok(!fs.existsSync(path.join(folder, "run")), "a refused run leaves no folder");
    const again = await kilograd([...words, "--loss", "cross-entropy"]);
    assert.deepEqual([again.stderr, again.status], ["", 0]);
  }
});

test("a run with cross-entropy is evaluated, reported on and exported as such", async (t) => {
  const { folder, net, data } = place(t);
  const run = path.join(folder, "run");
  const trained = await kilograd(["train", net, ...data, ...short, "--out", run, "--loss", "cross-entropy", "--json"]);
  const { testLoss, correct } = jsonLines(trained.stdout).findLast(({ type }) => type === "epoch")!;
  assert.ok((testLoss as number) > 0);

  const evaluated = await kilograd(["evaluate", run]);
  const line = `Test set: Average loss: ${(testLoss as number).toFixed(4)}, Accuracy: ${correct as number}/20`;
  assert.ok(evaluated.stdout.includes(line), `${evaluated.stdout} has no ${line}`);
  const reported = await kilograd(["report", run, "--text"]);
  assert.ok(reported.stdout.includes(`${correct as number} of 20 correct`), reported.stdout);

  await kilograd(["export", run, "--to", "pytorch"]);
  const program = fs.readFileSync(path.join(run, "pytorch", "model.py"), "utf8");
  assert.equal(program.match(/F\.cross_entropy\(/g)?.length, 2);
  assert.ok(!program.includes("nll_loss"));
});

test("imported weights of a network that returns scores need the loss as well", async (t) => {
  const { folder, net, data } = place(t);
  const [run, other] = [path.join(folder, "run"), path.join(folder, "other")];
  await kilograd(["train", net, ...data, ...short, "--out", run, "--loss", "cross-entropy"]);
  const words = ["import", path.join(run, "last.safetensors"), "--net", net, ...data.slice(0, 2), "--out", other];
  const { status, stderr } = await kilograd(words);
  assert.match(stderr, refused);
  assert.equal(status, 1);
  assert.ok(!fs.existsSync(other));
  assert.equal((await kilograd([...words, "--loss", "cross-entropy"])).status, 0);
  const [of, from] = await Promise.all([run, other].map(async (one) => (await kilograd(["evaluate", one])).stdout));
  assert.equal(from!.split("\n")[1], of!.split("\n")[1]);
});

test("likelihoods instead of their logarithms get advice of their own", async (t) => {
  const { folder, data } = place(t);
  const net = scoresNet(folder, "x.softmax(1)");
  const { stderr } = await kilograd(["train", net, ...data, ...short, "--out", path.join(folder, "run")]);
  assert.match(
    stderr,
    /F\.logSoftmax\(x, 1\) instead of the softmax, or without both and pass --loss cross-entropy\.$/m,
  );
});

test("cross-entropy of likelihoods is refused, with words for the command line", async (t) => {
  const { folder, data } = place(t);
  const net = scoresNet(folder, "x.softmax(1)");
  const { status, stderr } = await kilograd(["find-lr", net, ...data, "--steps", "20", "--loss", "cross-entropy"]);
  assert.equal(status, 1);
  assert.match(stderr, /^kilograd: Net: the network's outputs are likelihoods in training mode: .*F\.logSoftmax\(x, 1\) and pass --loss nll\.$/m); // prettier-ignore
});
