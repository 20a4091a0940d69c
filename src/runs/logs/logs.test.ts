/** Event files, read by an independent reader (test/event-file.py), and CSV. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../../test/idx-folder.js";
import { needs } from "../../../test/oracles.js";
import { runPython } from "../../../test/python.js";
import { toyTrainer } from "../../../test/toy-training.js";
import { referenceEngine } from "../../reference/reference-engine.js";
import { setEngine } from "../../runtime/realize.js";
import type { EpochEvent, StepEvent } from "../../train/events.js";
import type { Trainer } from "../../train/trainer.js";
import { formatCsv } from "./csv.js";
import { crc32c } from "./record-file.js";
import { logTensorboard } from "./tensorboard.js";

setEngine(referenceEngine);
const reader = fileURLToPath(new URL("../../../test/event-file.py", import.meta.url));

interface Event {
  readonly step: number;
  readonly wall_time: number;
  readonly file_version?: string;
  readonly scalars?: Readonly<Record<string, number>>;
  readonly session_log?: number;
}

/** Trains, and reads the one file that was written. */
async function logged(t: TestContext, trainer: Trainer): Promise<Event[]> {
  const folder = temporaryFolder(t);
  let time = 1_700_000_000;
  const close = logTensorboard(trainer, path.join(folder, "tensorboard"), () => (time += 0.5));
  await trainer.run();
  close();
  const [file, ...more] = fs.readdirSync(path.join(folder, "tensorboard"));
  assert.match(file!, /^events\.out\.tfevents\.1700000000\./);
  assert.deepEqual(more, []);
  const lines = runPython([reader, path.join(folder, "tensorboard", file!)])
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as Event);
}

test("crc32c has the check value of its definition", () => {
  assert.equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa); // RFC 3720, B.4
});

test(
  "an event file has every step's loss and learning rate and every epoch's test, with steps and times",
  needs("TensorBoard files by an independent reader", "python"),
  async (t) => {
    const trainer = toyTrainer();
    const steps: StepEvent[] = [];
    const epochs: EpochEvent[] = [];
    trainer.on("step", (event) => steps.push(event));
    trainer.on("epoch", (event) => epochs.push(event));
    const [version, ...events] = await logged(t, trainer);
    assert.equal(version!.file_version, "brain.Event:2");
    const { fround } = Math;
    const expected = epochs.flatMap(({ epoch, testLoss, correct, total }) => [
      ...steps.slice(5 * (epoch - 1), 5 * epoch).map(({ batch, loss, lr }) => ({
        step: 5 * (epoch - 1) + batch + 1,
        scalars: { "loss/train": fround(loss), "learning rate": fround(lr) },
      })),
      { step: 5 * epoch, scalars: { "loss/test": fround(testLoss), "accuracy/test": fround(correct / total) } },
    ]);
    assert.deepEqual(
      events.map(({ step, scalars }) => ({ step, scalars })),
      expected,
    );
    const times = [version!, ...events].map((event) => event.wall_time);
    assert.ok(times.every((time, i) => i === 0 || time === times[i - 1]! + 0.5));
  },
);

test(
  "a training that goes on says from which step on",
  needs("TensorBoard files by an independent reader", "python"),
  async (t) => {
    const first = toyTrainer();
    first.on("step", ({ epoch, batch }) => epoch === 1 && batch === 2 && first.stop());
    await first.run();
    const second = toyTrainer();
    second.restore(first.capture());
    const events = await logged(t, second);
    assert.deepEqual(
      events.slice(0, 3).map(({ step, session_log }) => [step, session_log]),
      [
        [0, undefined],
        [4, 1],
        [4, undefined],
      ],
    );
  },
);

test("CSV has a line for each step and epoch", () => {
  const lines = formatCsv(
    [
      { type: "step", epoch: 2, batch: 0, loss: 0.5, lr: 0.1 },
      { type: "epoch", epoch: 2, trainLoss: 0.25, testLoss: 0.125, correct: 3, total: 4, seconds: 9 },
    ],
    10,
  );
  assert.deepEqual(
    [...lines].join(""),
    [
      "type,epoch,step,loss,lr,testLoss,accuracy,seconds\n",
      "step,2,11,0.5,0.1,,,\n",
      "epoch,2,20,0.25,,0.125,0.75,9\n",
    ].join(""),
  );
});
