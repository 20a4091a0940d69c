/** metrics.jsonl: what is appended, when it reaches the disk, and what is read back. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { DataError } from "../errors/errors.js";
import { MetricsFile, readEpochs, readMetrics } from "./metrics-file.js";

const step = (batch: number): object => ({ type: "step", epoch: 1, batch, loss: 0.5, lr: 0.1 });
const epoch = { type: "epoch", epoch: 1, trainLoss: 0.5, testLoss: 0.25, correct: 9, total: 10, seconds: 1.5 };

function temporary(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-metrics-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  return path.join(folder, "metrics.jsonl");
}

function fileOf(t: TestContext, text: string): string {
  const file = temporary(t);
  fs.writeFileSync(file, text);
  return file;
}

const lines = (...records: readonly object[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");

test("records wait in memory until they are flushed; the length is that of the file", (t) => {
  const file = temporary(t);
  const metrics = new MetricsFile(file, 0);
  metrics.append({ a: 1 });
  assert.equal(fs.readFileSync(file, "utf8"), "");
  assert.equal(metrics.flush(), 8);
  metrics.append({ b: "ö" }); // two bytes
  assert.equal(metrics.flush(), 8 + 11);
  assert.equal(metrics.flush(), 19);
  metrics.append({ c: 3 });
  metrics.close();
  assert.equal(fs.readFileSync(file, "utf8"), '{"a":1}\n{"b":"ö"}\n{"c":3}\n');
});

test("a file that goes on is cut back to where it is to go on from", (t) => {
  const file = fileOf(t, '{"a":1}\n{"late":1}\n{"cut of');
  const metrics = new MetricsFile(file, 8);
  metrics.append({ b: 2 });
  metrics.close();
  assert.equal(fs.readFileSync(file, "utf8"), '{"a":1}\n{"b":2}\n');
});

test("what is written in parts is written whole", (t) => {
  const file = temporary(t);
  const write = fs.writeSync as (handle: number, bytes: Buffer, at: number, length: number, to: number) => number;
  t.mock.method(fs, "writeSync", (handle: number, bytes: Buffer, at: number, length: number, to: number) =>
    write(handle, bytes, at, Math.min(length, 3), to),
  );
  const metrics = new MetricsFile(file, 0);
  metrics.append({ text: "longer than three bytes" });
  metrics.flush();
  metrics.append({ text: "and once more" });
  metrics.close();
  assert.equal(fs.readFileSync(file, "utf8"), lines({ text: "longer than three bytes" }, { text: "and once more" }));
});

test("records are read in their order; a line without an end is left out", (t) => {
  const file = fileOf(t, lines(step(0), step(1), epoch) + '{"type":"step"');
  assert.deepEqual([...readMetrics(file)], [step(0), step(1), epoch]);
  assert.deepEqual([...readEpochs(file)], [epoch]);
  assert.deepEqual([...readMetrics(fileOf(t, ""))], []);
});

test("a file is read in parts, also where one ends within a letter", (t) => {
  // Two bytes a letter from an odd place on: a part of 65,536 bytes ends in the midst of one.
  const long = { ...epoch, note: "ö".repeat(50_000) };
  const file = fileOf(t, lines(step(0), long, step(1)));
  assert.deepEqual([...readMetrics(file, (line) => !line.includes("�"))], [step(0), epoch, step(1)]);
});

test("a last part of one byte belongs to the file", (t) => {
  // A part has 65,536 bytes; the last line's end is the one byte after it.
  const fill = (length: number): object => ({ ...epoch, note: "x".repeat(length) });
  const file = fileOf(t, lines(fill(65_536 - (lines(fill(0)).length - 1))));
  assert.equal(fs.statSync(file).size, 65_537);
  assert.deepEqual([...readMetrics(file)], [epoch]);
});

test("null is what became of NaN; what early versions did not write may be missing", (t) => {
  const [record] = readMetrics(fileOf(t, lines({ ...step(0), loss: null })));
  assert.deepEqual(record, { ...step(0), loss: NaN });
  const health = { relus: [{ units: 8, dead: 0 }], gradients: [{ weight: "conv1.weight", ratio: null }] };
  const [full] = readEpochs(fileOf(t, lines({ ...epoch, health, peakMemory: 5e7 })));
  assert.deepEqual(full, {
    ...epoch,
    health: { ...health, gradients: [{ weight: "conv1.weight", ratio: NaN }] },
    peakMemory: 5e7,
  });
});

test("a line that is no record is refused with its number and what is wrong", (t) => {
  for (const [text, message] of [
    [`${lines(step(0))}{"type"\n`, /, line 2: not JSON: /],
    [lines(step(0), step(1), { ...step(2), lr: "high" }), /, line 3: not the record of a step or an epoch: lr: /],
    [lines({ ...epoch, correct: -1 }), /, line 1: not the record .*: correct: /],
    [lines({ ...epoch, type: "test" }), /, line 1: not the record .*: type: /],
    ["\n", /, line 1: not JSON: /],
  ] as const) {
    assert.throws(
      () => [...readMetrics(fileOf(t, text))],
      (error) => error instanceof DataError && message.test(error.message),
      text,
    );
  }
});

test("a file is closed when its reader stops early, or fails", (t) => {
  const closed: unknown[] = [];
  const close = fs.closeSync;
  t.mock.method(fs, "closeSync", (handle: number) => {
    closed.push(handle);
    close(handle);
  });
  const reader = readMetrics(fileOf(t, lines(step(0), step(1))));
  assert.deepEqual(reader.next().value, step(0));
  reader.return(undefined);
  assert.equal(closed.length, 1);
  assert.throws(() => [...readMetrics(fileOf(t, "?\n"))]);
  assert.equal(closed.length, 2);
});
