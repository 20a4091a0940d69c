/**
 * A training's log for TensorBoard: an event file with the scalars `loss/train` and `learning rate` of each step, and
 * `loss/test` and `accuracy/test` of each epoch. The schema is TensorFlow's event.proto and summary.proto, of which a
 * scalar needs six fields. The protobuf library writes the wire format.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { makeFolder, writing } from "../atomic-file.js";
import type { Trainer } from "../../train/trainer.js";
import { frameRecord } from "./record-file.js";

/** `Event`'s fields. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const SESSION_START = 1;

/**
 * Writes an event file into `folder` while a trainer runs. A resumed training begins another file in the same folder;
 * TensorBoard then drops what the first one has after that step.
 * @param now seconds since 1970
 * @returns a function to call when the trainer has ended or failed
 * @example const close = logTensorboard(trainer, "runs/first/tensorboard");
 */
export function logTensorboard(trainer: Trainer, folder: string, now = (): number => Date.now() / 1000): () => void {
  makeFolder(folder);
  const name = `events.out.tfevents.${Math.floor(now())}.${os.hostname()}.${process.pid}.kilograd`;
  const file = path.join(folder, name);
  const handle = writing(file, () => fs.openSync(file, "w"));
  let waiting: Uint8Array[] = [];
  let batches = 0;
  const add = (step: number, fill: (event: BinaryWriter) => BinaryWriter): void => {
    const event = new BinaryWriter().tag(EVENT.wallTime, WireType.Bit64).double(now());
    event.tag(EVENT.step, WireType.Varint).int64(step);
    waiting.push(frameRecord(fill(event).finish()));
  };
  const flush = (): void => {
    const bytes = Buffer.concat(waiting);
    waiting = [];
    writing(file, () => fs.writeFileSync(handle, bytes));
  };
  const scalars = (step: number, values: Readonly<Record<string, number>>): void =>
    add(step, (event) => summary(event, values));

  trainer.on("start", (event) => {
    ({ batches } = event);
    const done = (event.epoch - 1) * batches + event.batch;
    add(0, (writer) => writer.tag(EVENT.fileVersion, WireType.LengthDelimited).string("brain.Event:2"));
    if (done > 0) add(done + 1, startSession);
    flush();
  });
  trainer.on("step", ({ epoch, batch, loss, lr }) =>
    scalars((epoch - 1) * batches + batch + 1, { "loss/train": loss, "learning rate": lr }),
  );
  trainer.on("epoch", ({ epoch, testLoss, correct, total }) => {
    scalars(epoch * batches, { "loss/test": testLoss, "accuracy/test": correct / total });
    flush();
  });
  trainer.on("checkpoint", flush);
  return () => {
    try {
      flush();
    } finally {
      fs.closeSync(handle);
    }
  };
}

/** `Summary { Value { tag = 1, simple_value = 2 } }` */
function summary(event: BinaryWriter, values: Readonly<Record<string, number>>): BinaryWriter {
  event.tag(EVENT.summary, WireType.LengthDelimited).fork();
  for (const [name, value] of Object.entries(values)) {
    event.tag(1, WireType.LengthDelimited).fork();
    event.tag(1, WireType.LengthDelimited).string(name).tag(2, WireType.Bit32).float(value);
    event.join();
  }
  return event.join();
}

/** `SessionLog { status = START }`: entries of other files from this step on are void. */
function startSession(event: BinaryWriter): BinaryWriter {
  return event
    .tag(EVENT.sessionLog, WireType.LengthDelimited)
    .fork()
    .tag(1, WireType.Varint)
    .int32(SESSION_START)
    .join();
}
