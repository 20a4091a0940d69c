import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation } from "onnx-buf";
import { exportOnnx } from "../entries/export.js";
import { nn } from "../entries/index.js";
import { idxFolder, temporaryFolder } from "../../test/idx-folder.js";
import { kilograd } from "../../test/terminal.js";

/** A file that imports this copy of kilograd. */
function networkFile(t: TestContext, name: string, body: string): string {
  const nn = new URL("../nn/index.ts", import.meta.url).href;
  const file = path.join(temporaryFolder(t), name);
  fs.writeFileSync(file, `import * as nn from ${JSON.stringify(nn)};\nconst F = nn.functional;\n${body}\n`);
  return file;
}

const TINY = `class Tiny extends nn.Module {
  conv = new nn.Conv2d(1, 10, 28);
  forward(x) { return F.logSoftmax(this.conv(x).view(-1, 10), 1); }
}`;

for (const [what, name, body] of [
  ["a class as default export", "net.mjs", `export default ${TINY}`],
  ["the only class", "net.mjs", `export ${TINY}\nexport const answer = 42;`],
  ["an instance", "net.mjs", `${TINY}\nexport const model = new Tiny();`],
  ["a default export among others", "net.mjs", `export ${TINY}\nexport default class Other extends Tiny {}`],
  ["one class under two names", "net.mjs", `${TINY}\nexport { Tiny, Tiny as Net };`],
  ["TypeScript", "net.mts", `export default ${TINY.replace("(x)", "(x: import('x').X): any")}`],
] as const) {
  test(`a network is found in a file that exports ${what}`, async (t) => {
    const { status, stdout, stderr } = await kilograd(["summary", networkFile(t, name, body)]);
    assert.equal(stderr, "");
    assert.equal(status, 0);
    assert.match(stdout, /Total params: 7,850\n/);
  });
}

for (const [what, body, message] of [
  [
    "nothing",
    "",
    /net\.mjs does not export a network; expected one Module, or a Module as the default export, got nothing\. Hint: write/,
  ],
  ["no Module", "export const a = 1; export function f() {}", /does not export a network; .* got a, f/],
  ["two Modules", `export ${TINY}\nexport class Other extends Tiny {}`, /exports several networks; .* got Other, Tiny/],
  [
    "a Module of another copy",
    "class Module {}\nexport class Net extends Module {}",
    /Hint: the file uses a different copy of kilograd/,
  ],
  ["a mistake", "export default oops;", /net\.mjs:3:16: ReferenceError: oops is not defined/],
] as const) {
  test(`a file that exports ${what} is rejected with status 1`, async (t) => {
    const { status, stderr } = await kilograd(["train", networkFile(t, "net.mjs", body)]);
    assert.equal(status, 1);
    assert.match(stderr, message);
  });
}

test("a network that does not fit the data is rejected before a run is started", async (t) => {
  const data = idxFolder(t, 8, 8);
  for (const [body, message] of [
    [TINY.replace("(1, 10", "(3, 10"), /^kilograd: conv \(Conv2d\): conv2d: input \[[0-9,]*\] has 1 channel,/],
    [TINY.replace(".view(-1, 10)", ""), /^kilograd: Tiny: the network's result .* got float32 \[2,10,1,1\]/],
  ] as const) {
    const out = path.join(temporaryFolder(t), "run");
    const words = ["train", networkFile(t, "net.mjs", `export default ${body}`), "--data", data, "--out", out];
    const { status, stderr } = await kilograd(words);
    assert.equal(status, 1);
    assert.match(stderr, message);
    assert.equal(fs.existsSync(out), false);
  }
});

for (const [what, body] of [
  ["class", `export default ${TINY}`],
  ["instance", `${TINY}\nexport const model = new Tiny();`],
] as const) {
  test(`a file's ${what} is trained, stopped and resumed like a built-in network`, async (t) => {
    const data = idxFolder(t, 32, 10);
    const settings = ["--data", data, "--epochs", "1", "--batch-size", "8", "--json", "--seed", "4"];
    const end = (stdout: string): unknown => JSON.parse(stdout.trimEnd().split("\n").at(-1)!);
    const file = networkFile(t, "net.mjs", body);
    const out = path.join(temporaryFolder(t), "run");
    const expected = await kilograd(["train", file, "--out", `${out}-whole`, ...settings]);
    assert.equal((await kilograd(["train", file, "--out", out, ...settings], '"batch":1')).status, 130);
    const resumed = await kilograd(["train", "--resume", out, "--json"]);
    assert.equal(resumed.status, 0);
    assert.deepEqual(end(resumed.stdout), end(expected.stdout));
  });
}

test("a loss that is NaN ends the training with status 1 and a hint", async (t) => {
  const body = `export default ${TINY.replace("this.conv(x)", "this.conv(x).mul(-1e30).square().log().sqrt().mul(0).add(this.conv(x).sub(1e9).log())")}`;
  const out = path.join(temporaryFolder(t), "run");
  const { status, stderr } = await kilograd([
    "train",
    networkFile(t, "net.mjs", body),
    "--data",
    idxFolder(t, 8, 8),
    "--out",
    out,
  ]);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^kilograd: train: the loss is no longer a finite number in epoch 1, batch 0; .* got NaN\. Hint: try a learning rate below/,
  );
});

test("an ONNX model's external data is read from its folder, and not through a link that leads out of it", async (t) => {
  const [folder, elsewhere] = [temporaryFolder(t), temporaryFolder(t)];
  const model = path.join(folder, "model.onnx");
  const data = Float32Array.from({ length: 9 }, (_, i) => i);
  const proto = fromBinary(ModelProtoSchema, exportOnnx(new nn.Conv2d(1, 1, 3, { bias: false }), [1, 28, 28]));
  const weight = proto.graph!.initializer[0]!;
  weight.rawData = new Uint8Array(0);
  weight.dataLocation = TensorProto_DataLocation.EXTERNAL;
  weight.externalData = [create(StringStringEntryProtoSchema, { key: "location", value: "weights.bin" })];
  fs.writeFileSync(model, toBinary(ModelProtoSchema, proto));
  const summary = () => kilograd(["summary", model, "--input", "1,28,28"]);

  const missing = await summary();
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /model\.onnx has elements in .*weights\.bin, which cannot be read: ENOENT/);

  fs.writeFileSync(path.join(elsewhere, "weights.bin"), new Uint8Array(data.buffer));
  fs.symlinkSync(path.join(elsewhere, "weights.bin"), path.join(folder, "weights.bin"));
  assert.match((await summary()).stderr, /a link that leads out of the model's folder/);

  fs.rmSync(path.join(folder, "weights.bin"));
  fs.writeFileSync(path.join(folder, "weights.bin"), new Uint8Array(data.buffer));
  assert.match((await summary()).stdout, /Total params: 9\n/);
});
