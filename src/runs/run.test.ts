import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeEach, test, type TestContext } from "node:test";
import { toyTrainer } from "../../test/toy-training.js";
import { DataError, KilogradError } from "../errors/errors.js";
import { referenceEngine } from "../reference/reference-engine.js";
import { setEngine } from "../runtime/realize.js";
import { hashTensors } from "../train/checkpoint.js";
import { resolveConfig } from "../exercise/recipes.js";
import { defaultRunFolder, packageVersion, Run } from "./run.js";
import { encodeSafetensors } from "../formats/safetensors.js";
import type { Trainer } from "../train/trainer.js";

beforeEach(() => setEngine(referenceEngine));

const appearance = { border: { mean: 0.5, least: 0.25, most: 0.75 }, centred: false };
const data = {
  hashes: { "a.bin": "00" },
  info: { size: [1, 3, 3], mean: 0.5, std: 0.25, classes: ["a", "b", "c"], appearance },
};
const config = resolveConfig("default", { epochs: 2 });

function folder(t: TestContext): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-run-"));
  t.after(() => fs.rmSync(made, { recursive: true }));
  return path.join(made, "run");
}

/** Starts or resumes a training in the folder. `until` may stop it, or throw, like a process that is killed. */
async function train(at: string, until?: (trainer: Trainer) => void): Promise<Trainer> {
  const resumed = fs.existsSync(at);
  const run = resumed ? Run.open(at) : Run.create(at, config, data);
  const from = resumed ? run.readCheckpoint("last") : undefined;
  const trainer = toyTrainer();
  if (from) trainer.restore(from.state);
  const end = run.follow(trainer, from);
  until?.(trainer);
  try {
    await trainer.run();
  } finally {
    end();
  }
  return trainer;
}

/** The metrics without measured times and memory. */
function metrics(at: string): string[] {
  return fs
    .readFileSync(path.join(at, "metrics.jsonl"), "utf8")
    .replace(/,"(seconds|peakMemory)":[^,}]*/g, "")
    .split("\n");
}

test("the folder's name says when and by which recipe", () => {
  assert.equal(
    defaultRunFolder("notebook", new Date(2026, 4, 1, 4, 25, 30)),
    path.join("runs", "2026-05-01-042530-notebook"),
  );
});

test("a run holds its configuration, hashes, versions, metrics and checkpoints", async (t) => {
  const at = folder(t);
  assert.equal(Run.isFree(at), true);
  const trainer = await train(at);
  assert.equal(Run.isFree(at), false);
  assert.deepEqual(fs.readdirSync(at).sort(), ["best.safetensors", "config.json", "last.safetensors", "metrics.jsonl"]);
  const run = Run.open(at);
  assert.deepEqual(run.record.config, config);
  assert.deepEqual(run.record.data, data.hashes);
  assert.deepEqual(run.record.images, data.info);
  run.checkData({ "a.bin": "00" });
  assert.throws(() => run.checkData({ "a.bin": "11" }), /a\.bin is not the file .* expected SHA-256 00, got 11/);
  assert.throws(() => run.checkData({}), /got no such file/);
  assert.deepEqual(run.record.versions, { kilograd: packageVersion(), node: process.versions.node });
  const lines = metrics(at);
  assert.deepEqual(
    lines.map((line) => (line === "" ? "" : (JSON.parse(line) as { type: string }).type)),
    [...["step", "step", "step", "step", "step", "epoch"], ...["step", "step", "step", "step", "step", "epoch", ""]],
  );
  const last = run.readCheckpoint("last");
  assert.equal(await hashTensors(last.state.model), await hashTensors(trainer.capture().model));
});

test("the best checkpoint is the first epoch with the most right answers", async (t) => {
  const at = folder(t);
  const correct: number[] = [];
  const hashes: string[] = [];
  const pending: Promise<unknown>[] = [];
  await train(at, (trainer) => {
    trainer.on("epoch", (event) => correct.push(event.correct));
    trainer.on("checkpoint", ({ reason, capture }) => {
      if (reason === "epoch") pending.push(hashTensors(capture().model).then((hash) => hashes.push(hash)));
    });
  });
  await Promise.all(pending);
  const best = correct[1]! > correct[0]! ? 1 : 0;
  const saved = Run.open(at).readCheckpoint("best");
  assert.equal(saved.state.position.epoch, best + 2);
  assert.equal(await hashTensors(saved.state.model), hashes[best]);
});

for (const dieAt of [1, 3, 4, 5, 8, 10]) {
  test(`killed in step ${dieAt} and resumed: the same weights and the same metrics`, async (t) => {
    const [whole, broken] = [folder(t), folder(t)];
    const expected = await hashTensors((await train(whole)).capture().model);
    let steps = 0;
    const dying = train(broken, (trainer) =>
      trainer.on("step", () => {
        if (++steps === dieAt) throw new Error("killed");
      }),
    );
    await assert.rejects(dying, /killed/);
    // What a process may have written after its last checkpoint.
    fs.appendFileSync(path.join(broken, "metrics.jsonl"), '{"type":"step","ep');
    const resumed = await train(broken);
    assert.equal(await hashTensors(resumed.capture().model), expected);
    assert.deepEqual(metrics(broken), metrics(whole));
    for (const which of ["last", "best"] as const) {
      const [a, b] = [whole, broken].map((at) => Run.open(at).readCheckpoint(which).state);
      assert.equal(await hashTensors(a!.model), await hashTensors(b!.model), which);
      assert.deepEqual(a!.generators, b!.generators);
    }
  });
}

test("a full disk ends the training with a word; the checkpoint before is whole and can be resumed", async (t) => {
  const [whole, full] = [folder(t), folder(t)];
  const expected = await hashTensors((await train(whole)).capture().model);
  const dying = train(full, (trainer) =>
    trainer.on("step", ({ epoch, batch }) => {
      if (epoch !== 2 || batch !== 1) return;
      const noSpace = (): never => {
        throw Object.assign(new Error("no space"), { code: "ENOSPC" });
      };
      t.mock.method(fs, "writeFileSync", noSpace);
    }),
  );
  await assert.rejects(dying, (error: unknown) => {
    return (
      error instanceof KilogradError &&
      /last\.safetensors: the disk is full\. Hint: free some space/.test(error.message)
    );
  });
  t.mock.restoreAll();
  assert.deepEqual(
    fs.readdirSync(full).filter((name) => name.endsWith(".tmp")),
    [],
  );
  assert.equal(Run.open(full).readCheckpoint("last").state.position.epoch, 2);
  assert.equal(await hashTensors((await train(full)).capture().model), expected);
});

test("a folder that is not a run is refused with the reason", (t) => {
  const at = folder(t);
  const file = path.join(at, "config.json");
  assert.throws(() => Run.open(at), /is not a run: it has no config\.json\. Hint: give the folder of a run/);
  const run = Run.create(at, config, data);
  const written = fs.readFileSync(file, "utf8");
  for (const [content, message] of [
    ["{", /config\.json: /],
    ["{}", /is not a run's record: config: .* Hint: give the folder of a run/],
    [written.replace('"epochs": 2', '"epochs": 0'), /config\.json: epochs: invalid value/],
    [written.replace('"epochs"', '"epoch"'), /config\.json: epoch: unknown setting|epochs: the setting is missing/],
  ] as const) {
    fs.writeFileSync(file, content);
    assert.throws(
      () => Run.open(at),
      (error: unknown) => error instanceof DataError && message.test(error.message),
      content,
    );
  }
  assert.throws(() => run.readCheckpoint("last"), /last\.safetensors is missing/);
});

test("a checkpoint that is damaged, or of something else, is refused", async (t) => {
  const at = folder(t);
  await train(at);
  const file = path.join(at, "last.safetensors");
  const whole = fs.readFileSync(file);
  const run = Run.open(at);
  const weights = { tensors: new Map(), metadata: {} };
  const strange = { tensors: new Map(), metadata: { training: '{"position":{"epoch":0}}' } };
  for (const [bytes, message] of [
    [whole.subarray(0, whole.length - 1), /last\.safetensors: the elements do not fill the file/],
    [encodeSafetensors(weights), /contains tensors but no training state/],
    [encodeSafetensors(strange), /last\.safetensors: position\.epoch/],
  ] as const) {
    fs.writeFileSync(file, bytes);
    assert.throws(
      () => run.readCheckpoint("last"),
      (error: unknown) => error instanceof DataError && message.test(error.message),
    );
  }
});

test("a record of an earlier version says how MNIST's images look, and nothing of other images", async (t) => {
  const at = folder(t);
  await train(at);
  const file = path.join(at, "config.json");
  const record = JSON.parse(fs.readFileSync(file, "utf8")) as { config: { data: string }; images: object };
  const { appearance: _, ...images } = data.info;
  for (const [name, centred] of [
    ["mnist", true],
    ["fashion-mnist", false],
    ["some/folder", undefined],
  ] as const) {
    fs.writeFileSync(file, JSON.stringify({ ...record, images, config: { ...record.config, data: name } }));
    assert.equal(Run.open(at).record.images.appearance?.centred, centred);
  }
});
