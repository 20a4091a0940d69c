/**
 * Programs with kernels that only log their calls. A program's `run` takes one thread through its stages. Here it is
 * called like any function, as one thread or another, and its effects are read from the log.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import type { Access, Addressing, Kernel } from "../kernels/kernel.js";
import { Buffer, denseInOrder, type BufferView, type Place } from "../kernels/views.js";
import { assemble } from "../wasm/assembler.js";
import { v, type Expr, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import { formatProgram } from "./dump.js";
import type { Plan } from "./planning/plan.js";
import { globals, line, markImport, runParameters } from "./calling-convention.js";
import { buildProgram, type Program } from "./program.js";

/** The addresses of everything in the memory of these tests, in bytes. */
const at = { slots: 64, own: 4096, counters: 8192, shares: 16384, flags: 32768, log: 65536 };
const pages = 4;

interface Options {
  readonly extent?: number;
  readonly chunk?: number;
  /** What it does in addition. */
  readonly emit?: Kernel["emit"];
}

/** A kernel that appends its name's code and its outer index to the log. */
function logging(name: string, { extent = 1, chunk, emit }: Options = {}): Kernel {
  return {
    title: name,
    extent,
    ...(chunk !== undefined && { chunk }),
    ...{ reads: [], writes: [], cost: 1 },
    emit: (b: FunctionBuilder, addresses: Addressing, n: Local) => {
      const log = v.global("arena");
      const entry = b.let("i32", "entry", v.n.add(log, v.n.scale(v.atomicAdd(log, v.int(1)), 8)));
      b.store(entry, 8, v.int(name.charCodeAt(0)), "i32");
      b.store(entry, 12, n, "i32");
      emit?.(b, addresses, n);
    },
  };
}

function planOf(parts: Partial<Plan>): Plan {
  const nothing = { kept: [], keptReads: [], prologue: [], stages: [], inputs: [], constants: [], outputs: [] };
  return { ...nothing, arenaBytes: 0, scratchBytes: 0, ownBytes: 0, ...parts };
}

interface Loaded {
  readonly program: Program;
  readonly memory: WebAssembly.Memory;
  readonly bytes: Uint8Array;
  readonly exports: Readonly<Record<string, unknown>>;
}

function load(parts: Partial<Plan>, mark?: (number: number) => void): Loaded {
  const program = buildProgram(planOf(parts), { profile: mark !== undefined });
  const bytes = assemble(program.functions, {
    ...{ globals, sharedMaximum: pages, fused: false },
    imports: mark ? [markImport] : [],
  });
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, mark } });
  return { program, memory, bytes, exports };
}

/** The arguments of `run`. */
function argumentsOf(thread: number, threads: number, run = 1): number[] {
  const given: Readonly<Record<string, number>> = {
    ...at,
    arena: at.log,
    scratch: 0,
    thread,
    threads,
    run,
    maySleep: 1,
  };
  return runParameters.map((name) => given[name]!);
}

/** Before each run counters and shares are zero. */
function clear({ memory }: Loaded): void {
  new Uint8Array(memory.buffer, at.counters, at.flags - at.counters).fill(0);
  new Int32Array(memory.buffer, at.log)[0] = 0;
}

/** Runs a program as one thread of several. */
function runAs(loaded: Loaded, thread: number, threads: number, run = 1): void {
  (loaded.exports["run"] as (...args: number[]) => void)(...argumentsOf(thread, threads, run));
}

/** The calls so far: `p0 a0 a1`. */
function logOf({ memory }: Loaded): string {
  const words = new Int32Array(memory.buffer, at.log);
  return Array.from(
    { length: words[0]! },
    (_, i) => `${String.fromCharCode(words[2 + 2 * i]!)}${words[3 + 2 * i]!}`,
  ).join(" ");
}

/** The calls of a single thread. */
function called(parts: Partial<Plan>): string {
  const loaded = load(parts);
  runAs(loaded, 0, 1);
  return logOf(loaded);
}

describe("one thread", () => {
  test("runs the prologue, and each stage's parallel kernels image by image before its serial ones", () => {
    const images = { extent: 3 };
    const stages = [
      { parallel: [logging("a", images), logging("b", images)], serial: [logging("s"), logging("t")] },
      { parallel: [logging("c", images)], serial: [] },
    ];
    assert.equal(called({ prologue: [logging("p"), logging("q")], stages }), "p0 q0 a0 b0 a1 b1 a2 b2 s0 t0 c0 c1 c2");
  });

  test("takes kernels of different extents one group after the other", () => {
    const parallel = [logging("a", { extent: 2 }), logging("b", { extent: 3 }), logging("c", { extent: 2 })];
    assert.equal(called({ stages: [{ parallel, serial: [] }] }), "a0 c0 a1 c1 b0 b1 b2");
  });

  test("can do so again: counters are zeroed, and the run's number tells its flags from the last run's", () => {
    const loaded = load({ stages: [{ parallel: [logging("a", { extent: 2 })], serial: [logging("s")] }] });
    for (const run of [1, 2, 3]) {
      clear(loaded);
      runAs(loaded, 0, 1, run);
      assert.equal(logOf(loaded), "a0 a1 s0");
    }
  });

  test("has nothing to do in an empty program", () => assert.equal(called({}), ""));
});

describe("several threads", () => {
  const stage = (extent: number, chunk?: number) => ({
    parallel: [logging("a", { extent, ...(chunk !== undefined && { chunk }) })],
    serial: [logging("s")],
  });

  test("each begin with their own share, and help the next thread with its share when that is done", () => {
    for (const [thread, expected] of [
      [0, "a0 a1 a2 a3 a4 a5 s0"],
      [1, "a2 a3 a4 a5 a0 a1 s0"],
      [2, "a4 a5 a0 a1 a2 a3 s0"],
    ] as const) {
      const loaded = load({ stages: [stage(6)] });
      runAs(loaded, thread, 3);
      assert.equal(logOf(loaded), expected);
    }
  });

  test("that come late pass the finished stages, and do nothing twice", () => {
    const loaded = load({ prologue: [logging("p")], stages: [stage(4), stage(4)] });
    runAs(loaded, 1, 2);
    const all = "p0 a2 a3 a0 a1 s0 a2 a3 a0 a1 s0";
    assert.equal(logOf(loaded), all);
    runAs(loaded, 0, 2);
    assert.equal(logOf(loaded), all);
  });

  test("get no share if there are more of them than pieces", () => {
    const loaded = load({ stages: [stage(2)] });
    runAs(loaded, 0, 5);
    assert.equal(logOf(loaded), "a0 a1 s0");
  });

  test("take whole chunks, in ascending order", () => {
    // Chunks of 3 are 0–2, 3–5 and 6: the second thread has those from ⌊3/2⌋ on.
    const loaded = load({ stages: [stage(7, 3)] });
    runAs(loaded, 1, 2);
    assert.equal(logOf(loaded), "a3 a4 a5 a6 a0 a1 a2 s0");
  });

  test("take an index at a time up to 64 of them, and larger pieces of more", () => {
    const firstIndex = (extent: number): string => {
      const loaded = load({ stages: [stage(extent)] });
      runAs(loaded, 1, 3);
      return logOf(loaded).split(" ")[0]!;
    };
    assert.equal(firstIndex(64), "a21"); // of 64 pieces those from the ⌊64/3⌋th on
    assert.equal(firstIndex(65), "a22"); // of 33 pieces of 2 those from the 11th on
  });

  test("at the same time: every index once, stages in order, serial kernels on one thread", async () => {
    const stages = ["a", "b", "c", "d"].map((name) => ({
      parallel: [logging(name, { extent: 50 })],
      serial: name === "c" ? [] : [logging(name.toUpperCase())],
    }));
    const loaded = load({ prologue: [logging("p")], stages });
    const threads = 3;
    const ended = Array.from({ length: threads }, (_, thread) => inWorker(loaded, argumentsOf(thread, threads)));
    await Promise.all(ended);
    const log = logOf(loaded).split(" ");
    const indices = Array.from({ length: 50 }, (_, n) => n);
    const expected = [["p0"], ...["a", "b", "c", "d"].flatMap((name) => [
      indices.map((n) => `${name}${n}`),
      name === "c" ? [] : [`${name.toUpperCase()}0`],
    ])]; // prettier-ignore
    for (const part of expected) assert.deepEqual(log.splice(0, part.length).sort(), [...part].sort());
    assert.deepEqual(log, []);
  });
});

/** Runs a program in a thread of its own. */
function inWorker({ bytes, memory }: Loaded, args: readonly number[]): Promise<void> {
  const source = `
    const { bytes, memory, args } = require("node:worker_threads").workerData;
    new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports.run(...args);`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(source, { eval: true, workerData: { bytes, memory, args } });
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
}

describe("what is kept", () => {
  test("is computed by `keep`, all outer indices by one thread, and not by `run`", () => {
    const kept = logging("w", {
      extent: 3,
      emit: (b) => b.store(v.global("own"), 0, v.load(v.global("slots"), 0, "i32"), "i32"),
    });
    // A kept kernel knows nothing but the slots and the program's own memory: its log is where `run` has left it.
    const loaded = load({ kept: [kept, logging("x")], prologue: [logging("p")] });
    runAs(loaded, 0, 1);
    assert.equal(logOf(loaded), "p0");
    new Int32Array(loaded.memory.buffer, at.slots)[0] = 1234;
    (loaded.exports["keep"] as (slots: number, own: number) => void)(at.slots, at.own);
    assert.equal(logOf(loaded), "p0 w0 w1 w2 x0");
    assert.equal(new Int32Array(loaded.memory.buffer, at.own)[0], 1234);
  });

  test("needs no function if there is nothing to keep", () => assert.equal(load({}).exports["keep"], undefined));
});

describe("addresses", () => {
  /** The address that a kernel over four images is given, for the image 3. */
  function addressOf(place: Place, view: Partial<BufferView> = {}, outerAxis = 0): number {
    const made = { ...denseInOrder("x", [4, 10], "float32"), ...view };
    made.buffer.place = place;
    const access: Access = { view: made, outerAxis };
    const probe = logging("a", {
      extent: 4,
      emit: (b, addresses, n) => b.store(v.global("own"), 0, addresses.pointer(access, n), "i32"),
    });
    const loaded = load({ stages: [{ parallel: [probe], serial: [] }] });
    new Int32Array(loaded.memory.buffer, at.slots).set([0, 7000]);
    runAs(loaded, 0, 1);
    return new Int32Array(loaded.memory.buffer, at.own)[0]!;
  }

  test("are those of the image in the arena, the program's own memory, and a variable's contents", () => {
    assert.equal(addressOf({ kind: "arena", at: 128 }), at.log + 128 + 3 * 40);
    assert.equal(addressOf({ kind: "own", at: 128 }), at.own + 128 + 3 * 40);
    assert.equal(addressOf({ kind: "slot", slot: 1 }), 7000 + 3 * 40);
  });

  test("are the same for every image in scratch memory, which holds one", () => {
    assert.equal(addressOf({ kind: "scratch", at: 128 }), 128);
    assert.equal(addressOf({ kind: "scratch", at: 128 }, { offset: 5 }), 128 + 20);
  });

  test("begin at the view's offset, and stay there if there is no outer axis or it is repeated", () => {
    assert.equal(addressOf({ kind: "arena", at: 0 }, { offset: 5 }), at.log + 20 + 3 * 40);
    assert.equal(addressOf({ kind: "arena", at: 0 }, { offset: 5 }, -1), at.log + 20);
    assert.equal(addressOf({ kind: "arena", at: 0 }, { strides: [0, 1] }), at.log);
  });

  test("of a buffer without an address are an error", () => {
    const view = { ...denseInOrder("lost", [4], "float32"), buffer: new Buffer("lost", 4, "float32") };
    const lost = logging("a", {
      emit: (b, addresses, n) => void b.let("i32", "p", addresses.pointer({ view, outerAxis: 0 }, n)),
    });
    assert.throws(() => load({ prologue: [lost] }), /lost has no place/);
  });

  test("of tables lie behind what the plan has in the program's own memory; equal tables are one", () => {
    const words = (...values: number[]): Int32Array => Int32Array.from(values);
    const found: Expr[] = [];
    const looks = logging("a", {
      emit: (_, addresses) => {
        for (const table of [words(1, 2), words(3), words(1, 2)]) found.push(addresses.table(table));
      },
    });
    const { program } = load({ prologue: [looks], ownBytes: 128 });
    assert.deepEqual([...program.tables()], [1, 2, 3]);
    const own = (by: number): Expr => v.n.add(v.global("own"), v.int(by));
    assert.deepEqual(found, [own(128), own(136), own(128)]);
    // Printing writes the kernels again.
    formatProgram(program);
    assert.deepEqual([...program.tables()], [1, 2, 3]);
  });
});

describe("what the host must provide", () => {
  test("a counter and a flag for the prologue and each stage, and shares for each group of kernels", () => {
    const images = { extent: 3 };
    const { program } = load({
      prologue: [logging("p")],
      stages: [
        { parallel: [logging("a", images), logging("b", images)], serial: [logging("s")] },
        { parallel: [logging("c", images), logging("d", { extent: 2 })], serial: [] },
      ],
    });
    assert.deepEqual([program.counters, program.flags, program.shares], [3, 3, 3]);
    const empty = load({}).program;
    assert.deepEqual([empty.counters, empty.flags, empty.shares], [0, 0, 0]);
  });

  test("counters, shares and flags are a cache line apart", () => {
    const loaded = load({
      stages: ["a", "b"].map((name) => ({ parallel: [logging(name, { extent: 4 })], serial: [] })),
    });
    runAs(loaded, 0, 2, 9);
    const word = (from: number, number: number): number =>
      new Int32Array(loaded.memory.buffer, from)[(line / 4) * number]!;
    // Each stage has counted four pieces, and its flag is the run's number.
    assert.deepEqual([word(at.counters, 0), word(at.counters, 1), word(at.counters, 2)], [4, 4, 0]);
    assert.deepEqual([word(at.flags, 0), word(at.flags, 1), word(at.flags, 2)], [9, 9, 0]);
    // Of each of two threads in each of two stages: its two pieces, and once more in vain.
    assert.deepEqual([0, 1, 2, 3, 4].map((i) => word(at.shares, i)), [3, 3, 3, 3, 0]); // prettier-ignore
  });
});

test("a profiled program reports what it is about to do", () => {
  const told: number[] = [];
  const loaded = load(
    { prologue: [logging("p")], stages: [{ parallel: [logging("a", { extent: 2 })], serial: [logging("s")] }] },
    (number) => told.push(number),
  );
  runAs(loaded, 0, 1);
  const { marks } = loaded.program;
  assert.deepEqual(
    told.map((number) => `${marks[number]!.stage} ${marks[number]!.part} ${marks[number]!.what}`.trim()),
    [
      ...["prologue barrier", "prologue serial p", "prologue barrier"],
      ...["0 parallel a", "0 parallel a", "0 barrier", "0 serial s", "0 barrier"],
      "undefined outside",
    ],
  );
});
