/**
 * What a helper thread does with a command, in this thread: it is handed its commands where it would go to sleep, and
 * is ended there by an error. Its programs do nothing but tell what they were called with.
 */
import assert from "node:assert/strict";
import { beforeEach, describe, test, type TestContext } from "node:test";
import { globals, runParameters } from "../compiler/calling-convention.js";
import { command, commandWords } from "./command.js";
import { help } from "./helper.js";

const at = 64;
const bytesAt = 1024;
const clockAt = 4096;
const settings = { command, commandWords, globals, looksBeforeSleep: 0 };
const ended = new Error("the helper is ended");

const head = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]; // \0asm, version 1
const { length: parameters } = runParameters;
const type = [1, 4 + parameters, 1, 0x60, parameters, ...runParameters.map(() => 0x7f), 0]; // (i32, …) → ()
const exported = [7, 7, 1, 3, ...Buffer.from("run"), 0, 0];
/** A module whose `run` is the `mark` that it imports: so the clock sees the arguments of a run. */
const telling = Uint8Array.from([
  ...head,
  ...type,
  ...[2, 12, 1, 3, ...Buffer.from("env"), 4, ...Buffer.from("mark"), 0, 0],
  ...exported,
]);
/** A module that imports nothing, and whose `run` does nothing. */
const silent = Uint8Array.from([...head, ...type, ...[3, 2, 1, 0], ...exported, ...[10, 4, 1, 2, 0, 0x0b]]);

let memory: WebAssembly.Memory;
let words: Int32Array;

beforeEach(() => {
  memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  words = new Int32Array(memory.buffer, at, commandWords);
  new Uint8Array(memory.buffer, bytesAt).set(telling);
});

type Command = Partial<Record<Exclude<keyof typeof command, "globals">, number>>;

const usual: Command = {
  program: 5,
  bytesAt,
  length: telling.length,
  threads: 4,
  run: 77,
  scratchBytes: 192,
  clockAt,
  marks: 3,
};

/** Writes a command whose globals are 100, 200, 300 and so on. */
function write(changes: Command = {}): void {
  for (const [name, value] of Object.entries({ ...usual, ...changes })) words[command[name as keyof Command]] = value;
  globals.forEach((_, i) => (words[command.globals + i] = 100 * (i + 1)));
  words[command.generation]! += 2;
}

/**
 * Lets the helper that starts when `ready` others have started do these things whenever it would sleep.
 * @returns the arguments of each run, and the clocks that were made
 */
function helper(t: TestContext, ready: number, ...things: readonly (() => void)[]) {
  const runs: number[][] = [];
  const clocks: { at: number; marks: number }[] = [];
  words[command.ready] = ready;
  const todo = [...things];
  t.mock.method(Atomics, "wait", () => {
    const next = todo.shift();
    if (!next) throw ended;
    next();
    return "ok";
  });
  const clock = (sums: Float64Array) => {
    clocks.push({ at: sums.byteOffset, marks: sums.length });
    words[command.run] = -1; // as a later command would, if it came too early
    return (...args: number[]) => void runs.push(args);
  };
  assert.throws(() => help(memory, at, settings, clock), ended);
  return { runs, clocks };
}

describe("a helper", () => {
  test("counts itself as ready", (t) => {
    helper(t, 2);
    assert.equal(words[command.ready], 3);
  });

  test("runs the program in its own place, with its own scratch memory and clock", (t) => {
    const { runs, clocks } = helper(t, 1, () => write());
    // It is thread 2 of 4: the calling thread, which is 0, takes the last place, so this one takes the place 1.
    // Its scratch memory begins 2 · 192 bytes after the first thread's, which begins at 300. Helpers may sleep.
    assert.deepEqual(runs, [[100, 200, 300 + 384, 400, 500, 600, 700, 1, 4, 77, 1]]);
    // Its clock's three sums come after those of two other threads, 24 bytes each.
    assert.deepEqual(clocks, [{ at: clockAt + 48, marks: 3 }]);
    assert.equal(words[command.finished], 1);
  });

  test("takes no part in a run of fewer threads, and says nothing", (t) => {
    const { runs } = helper(
      t,
      1,
      () => write({ threads: 2 }),
      () => write({ threads: 3, run: 78 }),
    );
    assert.deepEqual(
      runs.map((args) => args.slice(-4)),
      [[1, 3, 78, 1]],
    );
    assert.equal(words[command.finished], 1);
  });

  test("loads each program once, by its number", (t) => {
    const { runs, clocks } = helper(
      t,
      0,
      () => write(),
      () => write({ run: 78 }),
      () => write({ run: 79, program: 6 }),
    );
    assert.deepEqual(
      runs.map((args) => args.at(-2)),
      [77, 78, 79],
    );
    assert.equal(clocks.length, 2);
  });

  test("runs nothing while a command is being written, nor the same command twice", (t) => {
    const { runs } = helper(
      t,
      0,
      () => (write(), words[command.generation]!--),
      () => words[command.generation]!++,
      () => undefined,
    );
    assert.equal(runs.length, 1);
  });

  test("does not take a command that is overwritten while it reads it, but the next one", (t) => {
    const load = Atomics.load.bind(Atomics) as (words: Int32Array, index: number) => number;
    let loads = -Infinity;
    t.mock.method(Atomics, "load", (from: Int32Array, index: number) => {
      // The first load sees the command; the second one, after the reading, a later command.
      if (++loads === 2) write({ run: 78 });
      return load(from, index);
    });
    const { runs } = helper(
      t,
      0,
      () => (write(), (loads = 0)),
      () => undefined,
    );
    assert.deepEqual(
      runs.map((args) => args.at(-2)),
      [78],
    );
  });

  test("makes no clock for a program that is not profiled", (t) => {
    const { clocks } = helper(t, 0, () => {
      new Uint8Array(memory.buffer, bytesAt).set(silent);
      write({ length: silent.length, clockAt: 0, marks: 0 });
    });
    assert.deepEqual(clocks, []);
    assert.equal(words[command.finished], 1);
  });
});
