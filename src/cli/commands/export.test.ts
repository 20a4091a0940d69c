import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { before, test } from "node:test";
import { absolute, assertCloseTo } from "../../../test/closeness.js";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { idxFolder, temporaryFolder } from "../../../test/idx-folder.js";
import { kilograd } from "../../../test/terminal.js";
import { openOnnx } from "../../../test/onnx-session.js";
import { decodeSafetensors } from "../../entries/train.js";

let run = "";
before(async (t) => {
  const context = t as Parameters<typeof idxFolder>[0];
  run = path.join(temporaryFolder(context), "run");
  const words = ["train", "--data", idxFolder(context, 36, 20), "--out", run, "--epochs", "2", "--batch-size", "8"];
  const { status, stderr } = await kilograd([...words, "--log", "tensorboard,csv"]);
  assert.equal(status, 0, stderr);
});

test("train --log writes an event file and a table into the run", () => {
  assert.equal(fs.readdirSync(path.join(run, "tensorboard")).length, 1);
  const lines = fs.readFileSync(path.join(run, "metrics.csv"), "utf8").trimEnd().split("\n");
  assert.equal(lines.length, 1 + 2 * (5 + 1));
  assert.match(lines[12]!, /^epoch,2,10,\d/);
});

test("onnx: takes bytes and gives likelihoods, and the file has metadata", async () => {
  const { status, stdout } = await kilograd(["export", run, "--to", "onnx", "--softmax", "--preprocessing"]);
  assert.equal(status, 0);
  assert.equal(stdout, `${path.join(run, "model.onnx")}\n`);
  const bytes = fs.readFileSync(path.join(run, "model.onnx"));
  const session = await openOnnx(bytes);
  const { data } = await session.run(new Uint8Array(3 * 784).fill(100), [3, 1, 28, 28]);
  for (let i = 0; i < 3; i++) {
    const sum = data.subarray(10 * i, 10 * i + 10).reduce((total, x) => total + x, 0);
    assertCloseTo(sum, 1, absolute(1e-5), "the sum of the likelihoods");
  }
  const { metadataProps, producerName } = fromBinary(ModelProtoSchema, bytes);
  const said = Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]));
  assert.equal(producerName, "kilograd");
  assert.match(said["accuracy"]!, /^\d+\/20$/);
  assert.equal((JSON.parse(said["classes"]!) as string[]).length, 10);
  assert.ok(!("data_license" in said), "the licence of a user's own files is unknown");
});

test("safetensors, npz and pytorch are written to the chosen place", async () => {
  const out = path.join(run, "elsewhere");
  const wanted = { safetensors: "a.safetensors", npz: "a.npz", pytorch: "program" };
  for (const [format, name] of Object.entries(wanted)) {
    const { status } = await kilograd([
      "export",
      run,
      "--to",
      format,
      "--out",
      path.join(out, name),
      "--weights",
      "best",
    ]);
    assert.equal(status, 0, format);
  }
  assert.deepEqual(fs.readdirSync(path.join(out, "program")).sort(), ["model.py", "model.safetensors"]);
  const { tensors, metadata } = decodeSafetensors(fs.readFileSync(path.join(out, "a.safetensors")), "a.safetensors");
  assert.equal(tensors.get("conv1.weight")?.data.length, 72);
  assert.equal(metadata["recipe"], "default");
});

test("a path that cannot be written to is named", async () => {
  const file = path.join(run, "config.json");
  for (const [format, out, message] of [
    [
      "onnx",
      path.join(file, "model.onnx"),
      /^kilograd: write: .*config\.json: a file of that name is in the way\. Hint: /,
    ],
    ["pytorch", path.join(file, "x"), /^kilograd: write: .*x: a part of the path is a file, not a folder\. Hint: /],
    ["npz", run, /^kilograd: write: .*run: it is a folder, not a file\. Hint: choose a file's name/],
  ] as const) {
    const { status, stderr } = await kilograd(["export", run, "--to", format, "--out", out]);
    assert.equal(status, 1);
    assert.match(stderr, message);
  }
});

for (const [words, message] of [
  [["--to", "tflite"], /--to: no such format; expected safetensors, onnx, pytorch, npz, got tflite/],
  [["--to", "npz", "--softmax"], /--softmax: only for ONNX; expected --to onnx, got --to npz/],
  [["--to", "npz", "--weights", "first"], /--weights: no such weights; expected last or best, got first/],
] as const) {
  test(`${words.join(" ")} is rejected`, async () => {
    const { status, stderr } = await kilograd(["export", run, ...words]);
    assert.equal(status, 2);
    assert.match(stderr, message);
  });
}

test("--log with an unknown name is rejected", async () => {
  const { status, stderr } = await kilograd(["train", "--log", "wandb"]);
  assert.equal(status, 2);
  assert.match(stderr, /--log: no such log; expected one or more of tensorboard, csv, .* got wandb/);
});
