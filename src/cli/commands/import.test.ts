/** Importing what another tool has trained: import, evaluate, predict, and more training. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { absolute, assertClose } from "../../../test/closeness.js";
import { fixturePath } from "../../../test/fixtures.js";
import { idxFolder, temporaryFolder } from "../../../test/idx-folder.js";
import { kilograd } from "../../../test/terminal.js";
import { exportSafetensors } from "../../entries/export.js";
import { decodeStateDict } from "../../entries/import.js";
import { encodeSafetensors, ExerciseNet, QuickNet } from "../../entries/train.js";

const weights = (file: string) => decodeStateDict(fs.readFileSync(file), file);

test("PyTorch's weights become a run that can be evaluated and trained further", async (t) => {
  const data = idxFolder(t, 32, 20);
  const out = path.join(temporaryFolder(t), "run");
  const imported = await kilograd(["import", fixturePath("weights/exercise.pt"), "--data", data, "--out", out]);
  assert.equal(imported.stderr, "");
  assert.match(imported.stdout, /^12,514 parameters from .*exercise\.pt\nRun: .*run\n$/);
  const [given, kept] = [weights(fixturePath("weights/exercise.pt")), weights(path.join(out, "last.safetensors"))];
  for (const [name, tensor] of given) assert.deepEqual(kept.get(name)!.data(), tensor.data(), name);

  const evaluated = await kilograd(["evaluate", out]);
  assert.match(evaluated.stdout, /^last\.safetensors, epoch 0\nTest set: Average loss: [\d.]+, Accuracy: \d+\/20 /);
  const resumed = await kilograd(["train", "--resume", out], "epoch");
  assert.match(resumed.stdout, /Test set: /);
});

test("an exported file says to which network, data and loss it belongs, and --net has the last word", async (t) => {
  const [data, folder] = [idxFolder(t, 32, 20), temporaryFolder(t)];
  const place = (name: string): string => path.join(folder, name);
  const file = place("quick.safetensors");
  const bytes = exportSafetensors(new QuickNet(), { network: "quick", data: "mnist", loss: "cross-entropy" });
  fs.writeFileSync(file, bytes);
  const imported = await kilograd(["import", file, "--data", data, "--out", place("run")]);
  assert.equal(imported.stderr, "");
  assert.match(imported.stdout, /^.*quick\.safetensors says --net quick --loss cross-entropy\n[\d,]+ parameters from /);
  const { config } = JSON.parse(fs.readFileSync(place("run/config.json"), "utf8")) as {
    config: { net: string; loss: string };
  };
  assert.deepEqual([config.net, config.loss], ["quick", "cross-entropy"]);

  const wrong = await kilograd(["import", file, "--net", "exercise", "--data", data, "--out", place("wrong")]);
  assert.match(
    wrong.stderr,
    /does not fit ExerciseNet.* Hint: name the network that the weights belong to with --net\.$/m,
  );

  fs.writeFileSync(file, exportSafetensors(new QuickNet(), { network: "/elsewhere/my-net.mts" }));
  const unknown = await kilograd(["import", file, "--data", data, "--out", place("unknown")]);
  assert.match(
    unknown.stderr,
    /Hint: name the network that the weights belong to, which the file calls \/elsewhere\/my-net\.mts, with --net\.$/m,
  );
});

test("the folder of data that a file names is used, and no other data take its place", async (t) => {
  const [data, folder] = [idxFolder(t, 32, 20), temporaryFolder(t)];
  const [file, out] = [path.join(folder, "my weights.safetensors"), path.join(folder, "run")];
  fs.writeFileSync(file, exportSafetensors(new QuickNet(), { network: "quick", data }));
  const imported = await kilograd(["import", file, "--out", out]);
  assert.equal(imported.stderr, "");
  assert.ok(imported.stdout.includes(`says --net quick --data ${data}\n`), imported.stdout);
  assert.match((await kilograd(["evaluate", out])).stdout, /Accuracy: \d+\/20 /);

  const moved = path.join(folder, "moved");
  fs.renameSync(data, moved);
  const gone = await kilograd(["import", file, "--out", path.join(folder, "gone")]);
  assert.equal(gone.status, 2);
  assert.ok(gone.stderr.includes(`my weights.safetensors says --data ${data}, which is not here;`), gone.stderr);
  assert.ok(!fs.existsSync(path.join(folder, "gone")));
  const again = await kilograd(["import", file, "--data", moved, "--out", path.join(folder, "again")]);
  assert.equal(again.stderr, "");
  fs.renameSync(moved, data);
});

test("weights of a network in a file name the command that loads it", async (t) => {
  const [data, folder] = [idxFolder(t, 32, 20), temporaryFolder(t)];
  const [file, net] = [path.join(folder, "my.safetensors"), path.join(folder, "my net.mjs")];
  fs.writeFileSync(net, "throw new Error('run');");
  fs.writeFileSync(file, exportSafetensors(new QuickNet(), { network: net }));
  const { status, stderr } = await kilograd(["import", file, "--data", data]);
  assert.equal(status, 2);
  assert.ok(stderr.includes(`\`npx kilograd import ${file} --net '${net}' --data ${data}\``), stderr);
});

test("names that a wrapper has changed are read, and the user is told", async (t) => {
  const [data, folder] = [idxFolder(t, 32, 20), temporaryFolder(t)];
  const file = path.join(folder, "ddp.safetensors");
  const model = new ExerciseNet();
  const tensors = new Map(
    [...model.stateDict()].map(([name, held]) => [`module.${name}`, { shape: held.shape, data: held.data() }] as const),
  );
  fs.writeFileSync(file, encodeSafetensors({ tensors, metadata: {} }));
  const { stdout } = await kilograd(["import", file, "--data", data, "--out", path.join(folder, "run")]);
  assert.match(stdout, /ddp\.safetensors: read "module\.conv1\.weight" as "conv1\.weight", and \d+ more such names\n/);
  const settings = ["--data", data, "--epochs", "1", "--lr", "1e-9", "--json", "--out", path.join(folder, "trained")];
  const trained = await kilograd(["train", "--weights", file, ...settings]);
  assert.match(trained.stderr, /read "module\.conv1\.weight" as "conv1\.weight"/);
});

test("train --weights starts from the weights in a file or a run", async (t) => {
  const data = idxFolder(t, 32, 20);
  const folder = temporaryFolder(t);
  const settings = ["--data", data, "--epochs", "1", "--lr", "1e-9", "--schedule", "constant", "--augment", "none"];
  const begin = async (from: string, out: string): Promise<void> => {
    const { status, stderr } = await kilograd(["train", "--weights", from, "--out", out, ...settings]);
    assert.equal(status, 0, stderr);
    const [given, kept] = [weights(fixturePath("weights/exercise.pt")), weights(path.join(out, "last.safetensors"))];
    // With so small a learning rate they hardly change.
    const [before, after] = [given.get("conv2.weight")!.data(), kept.get("conv2.weight")!.data()];
    assertClose(after, before, absolute(1e-5), "the weights");
  };
  await begin(fixturePath("weights/exercise.pt"), path.join(folder, "first"));
  await begin(path.join(folder, "first"), path.join(folder, "second"));
});

test("an ONNX model is a network, for summary, import and evaluate", async (t) => {
  const model = fixturePath("onnx/digits-training.onnx");
  const summary = await kilograd(["summary", model, "--input", "1,12,12"]);
  assert.match(summary.stdout, /Conv2d-1 {12}\[-1, 4, 10, 10\] {14}40\n/);
  assert.match(summary.stdout, /\nTotal params: 82\n/);
  // Images of the classes 0 to 3, the only ones that this network knows.
  const [data, out] = [idxFolder(t, 4, 4), path.join(temporaryFolder(t), "run")];
  const imported = await kilograd(["import", model, "--data", data, "--out", out]);
  assert.match(imported.stdout, /^82 parameters from /);
  assert.match((await kilograd(["evaluate", out])).stdout, /Accuracy: \d\/4 /);
});

test("a model that takes bytes is refused, with the export option that makes one", async (t) => {
  const [data, folder] = [idxFolder(t, 4, 4), temporaryFolder(t)];
  const [run, model] = [path.join(folder, "run"), path.join(folder, "bytes.onnx")];
  await kilograd(["import", fixturePath("weights/exercise.pt"), "--data", data, "--out", run]);
  await kilograd(["export", run, "--to", "onnx", "--preprocessing", "--out", model]);
  const { status, stderr } = await kilograd(["import", model, "--data", data, "--out", path.join(folder, "again")]);
  assert.equal(status, 1);
  assert.match(stderr, /expected FLOAT, got UINT8\. Hint: .*`npx kilograd export`, leave out --preprocessing\.$/m);
});

test("a file that does not fit or does not exist is an error with status 1", async (t) => {
  const data = idxFolder(t, 10, 10);
  const out = path.join(temporaryFolder(t), "run");
  const refused = async (file: string, message: RegExp): Promise<void> => {
    const { status, stderr } = await kilograd(["import", file, "--data", data, "--out", out]);
    assert.equal(status, 1);
    assert.match(stderr, message);
    assert.ok(!fs.existsSync(out));
  };
  await refused(
    fixturePath("weights/tensors.pt"),
    /^kilograd: .*tensors\.pt: loadStateDict: the state dict does not fit ExerciseNet: missing key\(s\) "conv1\.weight".* Hint: name the network that the weights belong to with --net\.$/m,
  );
  await refused(fixturePath("weights/module.pt"), /it asks for torch\.nn\.modules\.linear\.Linear/);
  await refused(
    fixturePath("onnx/digits-ort-all.onnx"),
    /cannot be imported: node \d+ .*this operator is not supported/,
  );
  await refused(path.join(data, "gone.pt"), /gone\.pt cannot be read: ENOENT/);
});
