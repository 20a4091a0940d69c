/** A run keeps its network: what happens to the network's files afterwards makes no difference to it. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { idxFolder, temporaryFolder } from "../../test/idx-folder.js";
import { kilograd } from "../../test/terminal.js";

interface Place {
  readonly folder: string;
  readonly net: string;
  readonly run: string;
  readonly train: readonly string[];
}

/** A network of two files in a folder with a space in its name. */
function place(t: TestContext): Place {
  const folder = path.join(temporaryFolder(t), "my course");
  fs.mkdirSync(path.join(folder, "layers"), { recursive: true });
  fs.writeFileSync(
    path.join(folder, "layers", "block.ts"),
    `import { F, nn, type Tensor } from "kilograd";
export enum Channels { First = 4 }
export class Block extends nn.Module {
  conv: nn.Conv2d;
  constructor(inputs: number, outputs: number) { super(); this.conv = new nn.Conv2d(inputs, outputs, 5, { stride: 4 }); }
  override forward(x: Tensor): Tensor { return F.relu(this.conv(x)); }
}\n`,
  );
  const net = path.join(folder, "my-net.ts");
  fs.writeFileSync(
    net,
    `import { F, nn, type Tensor } from "kilograd";
import { Block, Channels } from "./layers/block.js";
export default class Net extends nn.Module {
  block = new Block(1, Channels.First);
  classify = new nn.Conv2d(Channels.First, 10, 6);
  override forward(x: Tensor): Tensor { return F.logSoftmax(this.classify(this.block(x)).view(-1, 10), 1); }
}\n`,
  );
  const run = path.join(folder, "run");
  const settings = ["--epochs", "2", "--batch-size", "8", "--threads", "1", "--seed", "4"];
  return { folder, net, run, train: ["train", net, "--data", idxFolder(t, 40, 20), ...settings] };
}

const EDITS: Readonly<Record<string, (place: Place) => void>> = {
  "an edit that changes its result": ({ net }) => edit(net, "this.block(x)", "this.block(x.neg())"),
  "an edit of a file that it imports": ({ folder }) =>
    edit(path.join(folder, "layers", "block.ts"), "F.relu(this.conv(x))", "F.relu(this.conv(x).add(1))"),
  "an edit that no longer fits the weights": ({ net }) => edit(net, "classify = ", "renamed = "),
  "a mistake": ({ net }) => edit(net, "export default class", "export default clas"),
  "a move to another folder": ({ folder, net }) => fs.renameSync(net, path.join(folder, "layers", "net.ts")),
};

function edit(file: string, from: string, to: string): void {
  const text = fs.readFileSync(file, "utf8");
  assert.ok(text.includes(from));
  fs.writeFileSync(file, text.replace(from, to));
}

/** What each command that reads a run prints; reports lie in the run. */
async function results(run: string): Promise<unknown> {
  const evaluated = await kilograd(["evaluate", run]);
  const checked = await kilograd(["check", run]);
  const reported = await kilograd(["report", run]);
  const exported = await kilograd(["export", run, "--to", "onnx"]);
  const inspected = await kilograd(["inspect", run]);
  const files = ["report.html", "model.onnx"].map((name) => fs.readFileSync(path.join(run, name)).toString("base64"));
  return [...[evaluated, checked, reported, exported, inspected].map(({ stdout, status }) => [stdout, status]), files];
}

for (const [what, change] of Object.entries(EDITS)) {
  test(`a run keeps its network through ${what}, and says that the file is another one`, async (t) => {
    const where = place(t);
    const { folder, net, run, train } = where;
    assert.deepEqual((await kilograd([...train, "--out", run])).stderr, "");
    const before = await results(run);
    change(where);
    assert.deepEqual(await results(run), before);
    const { stderr } = await kilograd(["evaluate", run]);
    const became = what.startsWith("a move") ? "is no longer there" : "has changed since this run was started";
    const copy = path.join(run, "network.mjs");
    const which = what.includes("that it imports") ? path.join(folder, "layers", "block.ts") : net;
    assert.equal(stderr, `Note: ${which} ${became}; the run uses its own copy, ${copy}.\n`);
    // The run itself may move, too.
    const moved = path.join(folder, "moved run");
    fs.renameSync(run, moved);
    assert.equal((await kilograd(["evaluate", moved])).stdout, (before as string[][])[0]![0]);
  });
}

test("an unchanged network needs no words", async (t) => {
  const { run, train } = place(t);
  await kilograd([...train, "--out", run]);
  assert.equal((await kilograd(["evaluate", run])).stderr, "");
});

test("a resumed training goes on with the network that it began with, and says so", async (t) => {
  const { folder, net, run, train } = place(t);
  await kilograd([...train, "--out", path.join(folder, "whole"), "--json"]);
  assert.equal((await kilograd([...train, "--out", run, "--json"], '"batch":3')).status, 130);
  edit(net, "this.block(x)", "this.block(x.mul(2))");
  const resumed = await kilograd(["train", "--resume", run]);
  assert.equal(resumed.status, 0, resumed.stderr);
  assert.match(resumed.stdout, /^Network: .*network\.mjs, a copy of .*my-net\.ts, which has changed since$/m);
  assert.deepEqual(
    fs.readFileSync(path.join(run, "metrics.jsonl"), "utf8").split("\n").map(withoutTimes),
    fs
      .readFileSync(path.join(folder, "whole", "metrics.jsonl"), "utf8")
      .split("\n")
      .map(withoutTimes),
  );
});

const withoutTimes = (line: string): string => line.replace(/"(seconds|peakMemory)":[\d.]+/g, "");

test("a copy that somebody has edited is refused", async (t) => {
  const { run, train } = place(t);
  await kilograd([...train, "--out", run]);
  edit(path.join(run, "network.mjs"), "stride: 4", "stride: 3");
  const { status, stderr } = await kilograd(["evaluate", run]);
  assert.equal(status, 1);
  assert.match(stderr, /network\.mjs is not the network that was trained; expected SHA-256 .* start a new run\.$/m);
  fs.rmSync(path.join(run, "network.mjs"));
  assert.match((await kilograd(["evaluate", run])).stderr, /got no such file/);
});

test("a run's network can be trained again, inspected and shown", async (t) => {
  const { folder, net, run, train } = place(t);
  const shown = await kilograd(["summary", net]);
  await kilograd([...train, "--out", run]);
  fs.rmSync(net);
  assert.deepEqual(await kilograd(["summary", run]), shown);
  const again = path.join(folder, "again");
  assert.equal((await kilograd(["train", run, ...train.slice(2), "--out", again])).status, 0);
  fs.rmSync(run, { recursive: true });
  assert.deepEqual((await kilograd(["evaluate", again])).status, 0);
});

test("a model imported from ONNX is kept as well", async (t) => {
  const { folder, run, train } = place(t);
  await kilograd([...train, "--out", run]);
  const [model, imported] = [path.join(folder, "model.onnx"), path.join(folder, "imported")];
  await kilograd(["export", run, "--to", "onnx", "--out", model]);
  assert.equal((await kilograd(["import", model, ...train.slice(2, 4), "--out", imported])).stderr, "");
  const before = await kilograd(["evaluate", imported]);
  fs.rmSync(model);
  const after = await kilograd(["evaluate", imported]);
  assert.equal(after.stdout, before.stdout);
  assert.match(after.stderr, /model\.onnx is no longer there/);
});
