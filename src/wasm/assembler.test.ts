/**
 * Every statement, expression and instruction of the loop-nest language, assembled, instantiated and run. What each
 * instruction must give stands in a table here, so a wrong opcode cannot agree with itself.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { assemble, type ModuleOptions } from "./assembler.js";
import { v, type Expr, type Instruction, type Local } from "./expressions.js";
import { FunctionBuilder, type Func } from "./loops.js";

// Node 20 has relaxed SIMD behind a flag that must be set before the first module; later ones know no such flag.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");

const plain: ModuleOptions = { globals: [], sharedMaximum: undefined, fused: false };

interface Loaded {
  readonly call: (name: string, ...args: number[]) => unknown;
  readonly floats: Float32Array;
  readonly ints: Int32Array;
}

function load(functions: readonly Func[], options: Partial<ModuleOptions> = {}): Loaded {
  const all = { ...plain, ...options };
  const shared = all.sharedMaximum === undefined ? {} : { shared: true, maximum: all.sharedMaximum };
  const memory = new WebAssembly.Memory({ initial: 1, ...shared });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble(functions, all)), { env: { memory } });
  return {
    call: (name, ...args) => (exports[name] as (...args: number[]) => unknown)(...args),
    floats: new Float32Array(memory.buffer),
    ints: new Int32Array(memory.buffer),
  };
}

/** An exported function `run` with i32 parameters. */
function written(params: readonly string[], write: (b: FunctionBuilder, ...params: Local[]) => void): Func {
  const b = new FunctionBuilder("run", Object.fromEntries(params.map((param) => [param, "i32" as const])));
  write(b, ...b.params);
  return b.done({ exported: true });
}

function stored(value: Expr, type: "v128" | "i32" = "v128"): Func {
  return written([], (b) => b.store(v.int(0), 0, value, type));
}

/** What an expression of i32 gives. */
function intOf(value: Expr): number {
  const loaded = load([stored(value, "i32")]);
  loaded.call("run");
  return loaded.ints[0]!;
}

// Instructions ------------------------------------------------------------------------------------------------------

type Lanes = { readonly f: readonly number[] } | { readonly i: readonly number[] };
const f = (...values: number[]): Lanes => ({ f: values });
const i = (...values: number[]): Lanes => ({ i: values });
const lanes = (x: Lanes): Expr => ({
  kind: "lanes",
  ...("f" in x ? { lanes: "f32x4", values: x.f } : { lanes: "i32x4", values: x.i }),
});

const [a, b] = [f(1.5, -2, 0, 8), f(0.5, -4, 3, -8)];
const [m, n] = [i(1, -2, 0x7fffffff, 12), i(3, -2, 1, -12)];
const bits = [i(0b1100, 0, -1, 5), i(0b1010, 7, 9, 0)] as const;

/** [arguments, result] */
const cases: Record<Instruction, readonly [readonly Expr[], Lanes | number]> = {
  "i32.add": [[v.int(0x7fffffff), v.int(1)], -0x80000000],
  "i32.sub": [[v.int(3), v.int(5)], -2],
  "i32.mul": [[v.int(-3), v.int(5)], -15],
  "i32.div_u": [[v.int(-1), v.int(2)], 0x7fffffff],
  "i32.rem_u": [[v.int(-1), v.int(10)], 5],
  "i32.and": [[v.int(0b1100), v.int(0b1010)], 0b1000],
  "i32.eq": [[v.int(4), v.int(4)], 1],
  "i32.ne": [[v.int(4), v.int(4)], 0],
  "i32.lt_s": [[v.int(-1), v.int(0)], 1],
  "i32.ge_s": [[v.int(-1), v.int(0)], 0],
  "i32.eqz": [[v.int(0)], 1],
  "i32x4.splat": [[v.int(-7)], i(-7, -7, -7, -7)],
  "f32x4.add": [[lanes(a), lanes(b)], f(2, -6, 3, 0)],
  "f32x4.sub": [[lanes(a), lanes(b)], f(1, 2, -3, 16)],
  "f32x4.mul": [[lanes(a), lanes(b)], f(0.75, 8, 0, -64)],
  "f32x4.div": [[lanes(a), lanes(b)], f(3, 0.5, 0, -1)],
  "f32x4.pmin": [[lanes(f(1, -0, NaN, 3)), lanes(f(2, 0, 1, NaN))], f(1, -0, NaN, 3)],
  "f32x4.pmax": [[lanes(f(1, -0, NaN, 3)), lanes(f(2, 0, 1, NaN))], f(2, -0, NaN, 3)],
  "f32x4.abs": [[lanes(f(-1.5, 2, -0, -Infinity))], f(1.5, 2, 0, Infinity)],
  "f32x4.neg": [[lanes(f(-1.5, 2, 0, -Infinity))], f(1.5, -2, -0, Infinity)],
  "f32x4.sqrt": [[lanes(f(4, 2.25, 0, -1))], f(2, 1.5, 0, NaN)],
  "f32x4.ceil": [[lanes(f(1.5, -1.5, 2.5, 0.25))], f(2, -1, 3, 1)],
  "f32x4.floor": [[lanes(f(1.5, -1.5, 2.5, 0.25))], f(1, -2, 2, 0)],
  "f32x4.trunc": [[lanes(f(1.5, -1.5, 2.75, 0.25))], f(1, -1, 2, 0)],
  "f32x4.nearest": [[lanes(f(1.5, -1.5, 2.5, 0.75))], f(2, -2, 2, 1)],
  "f32x4.eq": [[lanes(f(1, 2, 3, NaN)), lanes(f(1, 3, 2, NaN))], i(-1, 0, 0, 0)],
  "f32x4.ne": [[lanes(f(1, 2, 3, NaN)), lanes(f(1, 3, 2, NaN))], i(0, -1, -1, -1)],
  "f32x4.lt": [[lanes(f(1, 2, 3, NaN)), lanes(f(1, 3, 2, NaN))], i(0, -1, 0, 0)],
  "f32x4.gt": [[lanes(f(1, 2, 3, NaN)), lanes(f(1, 3, 2, NaN))], i(0, 0, -1, 0)],
  "f32x4.le": [[lanes(f(1, 2, 3, NaN)), lanes(f(1, 3, 2, NaN))], i(-1, -1, 0, 0)],
  "f32x4.ge": [[lanes(f(1, 2, 3, NaN)), lanes(f(1, 3, 2, NaN))], i(-1, 0, -1, 0)],
  "i32x4.eq": [[lanes(i(1, 2, -3, 4)), lanes(i(1, 3, -4, 4))], i(-1, 0, 0, -1)],
  "i32x4.ne": [[lanes(i(1, 2, -3, 4)), lanes(i(1, 3, -4, 4))], i(0, -1, -1, 0)],
  "i32x4.lt": [[lanes(i(1, 2, -3, 4)), lanes(i(1, 3, -4, 4))], i(0, -1, 0, 0)],
  "i32x4.gt": [[lanes(i(1, 2, -3, 4)), lanes(i(1, 3, -4, 4))], i(0, 0, -1, 0)],
  "i32x4.le": [[lanes(i(1, 2, -3, 4)), lanes(i(1, 3, -4, 4))], i(-1, -1, 0, -1)],
  "i32x4.ge": [[lanes(i(1, 2, -3, 4)), lanes(i(1, 3, -4, 4))], i(-1, 0, -1, -1)],
  "f32x4.convert": [[lanes(i(1, -2, 0, -1))], f(1, -2, 0, -1)],
  "i32x4.trunc": [[lanes(f(1.75, -1.75, 1e20, NaN))], i(1, -1, 0x7fffffff, 0)],
  "i32x4.abs": [[lanes(m)], i(1, 2, 0x7fffffff, 12)],
  "i32x4.neg": [[lanes(m)], i(-1, 2, -0x7fffffff, -12)],
  "i32x4.min": [[lanes(m), lanes(n)], i(1, -2, 1, -12)],
  "i32x4.max": [[lanes(m), lanes(n)], i(3, -2, 0x7fffffff, 12)],
  // The float32 numbers 1.5 and −2 as float64, in pairs of words; 0.1 has more digits than float32 holds.
  "f32x4.demote": [[lanes(i(0x9999999a | 0, 0x3fb99999, 0, 0x3ff80000))], f(Math.fround(0.1), 1.5, 0, 0)],
  "f64x2.promote": [[lanes(f(1.5, -2, 7, 7))], i(0, 0x3ff80000, 0, -0x40000000)],
  // 1.5 + 1.5, and twice 1 + 2⁻⁴⁰
  "f64x2.add": [
    [i(0, 0x3ff80000, 4096, 0x3ff00000), i(0, 0x3ff80000, 4096, 0x3ff00000)].map(lanes),
    i(0, 0x40080000, 4096, 0x40000000),
  ],
  "i32x4.add": [[lanes(m), lanes(n)], i(4, -4, -0x80000000, 0)],
  "i32x4.sub": [[lanes(m), lanes(n)], i(-2, 0, 0x7ffffffe, 24)],
  "i32x4.mul": [[lanes(m), lanes(n)], i(3, 4, 0x7fffffff, -144)],
  "i32x4.shl": [[lanes(m), v.int(4)], i(16, -32, -16, 192)],
  "i32x4.shr_s": [[lanes(m), v.int(1)], i(0, -1, 0x3fffffff, 6)],
  "i32x4.shr_u": [[lanes(m), v.int(1)], i(0, 0x7fffffff, 0x3fffffff, 6)],
  "v128.and": [bits.map(lanes), i(0b1000, 0, 9, 0)],
  "v128.andnot": [bits.map(lanes), i(0b0100, 0, -10, 5)],
  "v128.or": [bits.map(lanes), i(0b1110, 7, -1, 5)],
  "v128.xor": [bits.map(lanes), i(0b0110, 7, -10, 5)],
  "v128.bitselect": [[...bits, i(0b0110, -1, 0, 1)].map(lanes), i(0b1100, 0, 9, 1)],
  "f32x4.madd": [[a, b, f(1, 1, 1, 1)].map(lanes), f(1.75, 9, 1, -63)],
};

for (const [op, [args, expected]] of Object.entries(cases) as [Instruction, (typeof cases)[Instruction]][]) {
  test(op, () => {
    const isSingle = typeof expected === "number";
    const loaded = load([stored(v.op(op, ...args), isSingle ? "i32" : "v128")]);
    loaded.call("run");
    const result = isSingle ? i(expected) : expected;
    if ("f" in result) assert.deepEqual([...loaded.floats.subarray(0, result.f.length)], result.f);
    else assert.deepEqual([...loaded.ints.subarray(0, result.i.length)], result.i);
  });
}

// Other expressions ---------------------------------------------------------------------------------------------------

test("integer constants of every length of encoding", () => {
  for (const value of [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, -8192, -8193, 0x7fffffff, -0x80000000]) {
    assert.equal(intOf(v.int(value)), value);
  }
});

test("vector constants keep each lane's bits", () => {
  const loaded = load([stored(v.ilanes([1, -1, 0x7fffffff, 0xfffff000]))]);
  loaded.call("run");
  assert.deepEqual([...loaded.ints.subarray(0, 4)], [1, -1, 0x7fffffff, -4096]);
  const floats = load([stored(v.const(-0))]);
  floats.call("run");
  assert.deepEqual([...floats.ints.subarray(0, 4)], new Array<number>(4).fill(-0x80000000));
});

test("each form of loading, with short and long offsets", () => {
  for (const offset of [0, 4, 124, 128, 20000]) {
    const run = written(["p"], (b, p) => {
      b.store(v.int(0), 0, v.load(p, offset));
      b.store(v.int(16), 0, v.load(p, offset, "splat"));
      b.store(v.int(32), 0, v.load(p, offset, "lane0"));
      b.store(v.int(48), 0, v.load(p, offset, "i32"), "i32");
    });
    const { call, floats } = load([run]);
    floats.set([1.5, 2.5, 3.5, 4.5], (100 + offset) / 4);
    call("run", 100);
    const expected = [1.5, 2.5, 3.5, 4.5, 1.5, 1.5, 1.5, 1.5, 1.5, 0, 0, 0, 1.5];
    assert.deepEqual([...floats.subarray(0, 13)], expected);
  }
});

test("each form of storing touches what it should and no more", () => {
  const run = written(["p"], (b, p) => {
    const x = b.let("v128", "x", lanes(f(1, 2, 3, 4)));
    b.store(p, 0, x);
    b.store(p, 16, x, "lane0");
    b.store(p, 200, v.int(9), "i32");
  });
  const { call, floats, ints } = load([run]);
  call("run", 4);
  assert.deepEqual([...floats.subarray(0, 9)], [0, 1, 2, 3, 4, 1, 0, 0, 0]);
  assert.equal(ints[51], 9);
  assert.equal(ints[52], 0);
});

test("lanes are shuffled by number", () => {
  const shuffled = load([stored(v.shuffle(lanes(i(0, 1, 2, 3)), lanes(i(4, 5, 6, 7)), [7, 0, 5, 2]))]);
  shuffled.call("run");
  assert.deepEqual([...shuffled.ints.subarray(0, 4)], [7, 0, 5, 2]);
});

test("select takes the first where the mask is set", () => {
  const { call, floats } = load([stored(v.select(lanes(i(-1, 0, -1, 0)), lanes(f(1, 2, 3, 4)), v.const(9)))]);
  call("run");
  assert.deepEqual([...floats.subarray(0, 4)], [1, 9, 3, 9]);
});

test("madd is one relaxed instruction if fused, and a multiplication and an addition if not", () => {
  // (1 + 2^-12)² - (1 + 2^-11) is 2^-24, which is lost where the product is rounded by itself.
  const run = stored(v.madd(v.const(1 + 2 ** -12), v.const(1 + 2 ** -12), v.const(-1 - 2 ** -11)));
  const relaxed = Buffer.from([0xfd, 0x85, 0x02]);
  for (const fused of [true, false]) {
    assert.equal(Buffer.from(assemble([run], { ...plain, fused })).includes(relaxed), fused);
    const { call, floats } = load([run], { fused });
    call("run");
    // A machine without the instruction may round twice in the relaxed one too.
    assert.ok(floats[0] === 0 || (fused && floats[0] === 2 ** -24), String(floats[0]));
  }
});

test("functions call each other, before and after their definition, with several arguments", () => {
  const difference = new FunctionBuilder("difference", { x: "v128", y: "v128" });
  const [x, y] = difference.params as [Local, Local];
  const fill = new FunctionBuilder("fill", { at: "i32", value: "i32" });
  fill.store(fill.params[0]!, 0, fill.params[1]!, "i32");
  const run = written([], (b) => {
    b.store(v.int(0), 0, v.call("difference", v.const(5), v.const(3)));
    b.call("fill", v.int(16), v.int(77));
  });
  const functions = [difference.done({ result: "v128", returns: v.sub(x, y) }), run, fill.done()];
  const { call, floats, ints } = load(functions);
  call("run");
  assert.deepEqual([...floats.subarray(0, 4)], [2, 2, 2, 2]);
  assert.equal(ints[4], 77);
  assert.throws(() => call("fill", 0, 0), TypeError, "only what is exported can be called from outside");
});

// Statements ----------------------------------------------------------------------------------------------------------

test("for counts from, up to, by step; nested, with bounds known only when it runs", () => {
  const run = written(["from", "to"], (b, from, to) => {
    const at = b.let("i32", "at", v.int(0));
    b.for("outer", from, to, 3, (outer) => {
      b.for("inner", 0, 2, 1, (inner) => {
        b.store(at, 0, v.n.add(v.n.scale(outer, 10), inner), "i32");
        b.increase(at, 4);
      });
    });
  });
  const { call, ints } = load([run]);
  call("run", 2, 9);
  assert.deepEqual([...ints.subarray(0, 7)], [20, 21, 50, 51, 80, 81, 0]);
});

test("a constant single round leaves no loop, an empty one nothing", () => {
  const run = written([], (b) => {
    b.for("once", 5, 8, 4, (once) => b.store(v.int(0), 0, once, "i32"));
    b.for("never", 3, 3, 1, () => b.store(v.int(4), 0, v.int(1), "i32"));
    b.repeat(1, () => b.store(v.int(8), 0, v.int(1), "i32"));
    b.repeat(0, () => b.store(v.int(12), 0, v.int(1), "i32"));
  });
  assert.ok(run.body.every((statement) => statement.kind !== "for"));
  const { call, ints } = load([run]);
  call("run");
  assert.deepEqual([...ints.subarray(0, 4)], [5, 0, 1, 0]);
});

test("repeat runs its body as often as said", () => {
  const run = written([], (b) => {
    const count = b.let("i32", "count", v.int(0));
    b.repeat(200, () => b.increase(count, 3));
    b.store(v.int(0), 0, count, "i32");
  });
  const { call, ints } = load([run]);
  call("run");
  assert.equal(ints[0], 600);
});

test("while may run no round; if takes one branch", () => {
  const run = written(["n"], (b, n) => {
    const rounds = b.let("i32", "rounds", v.int(0));
    b.while(v.op("i32.lt_s", rounds, n), () => b.increase(rounds, 1));
    b.store(v.int(0), 0, rounds, "i32");
    b.if(
      v.op("i32.eq", n, v.int(0)),
      () => b.store(v.int(4), 0, v.int(1), "i32"),
      () => b.store(v.int(4), 0, v.int(2), "i32"),
    );
    b.if(v.op("i32.ge_s", n, v.int(5)), () => b.store(v.int(8), 0, v.int(3), "i32"));
    b.note("a note leaves no code");
  });
  const { call, ints } = load([run]);
  call("run", 0);
  assert.deepEqual([...ints.subarray(0, 3)], [0, 1, 0]);
  call("run", 5);
  assert.deepEqual([...ints.subarray(0, 3)], [5, 2, 3]);
});

test("globals keep their value between calls", () => {
  const run = written(["by"], (b, by) => {
    b.statement({ kind: "global", name: "second", value: v.n.add(v.global("second"), by) });
    b.store(v.int(0), 0, v.global("first"), "i32");
    b.store(v.int(4), 0, v.global("second"), "i32");
  });
  const { call, ints } = load([run], { globals: ["first", "second"] });
  call("run", 3);
  call("run", 4);
  assert.deepEqual([...ints.subarray(0, 2)], [0, 7]);
});

test("many locals of mixed types, and code longer than the first buffer", () => {
  const run = written([], (b) => {
    const ints = Array.from({ length: 150 }, (_, k) => b.let("i32", "n", v.int(k)));
    const vectors = Array.from({ length: 150 }, (_, k) => b.let("v128", "x", v.const(k)));
    const total = b.let("v128", "total", v.const(0));
    for (const x of vectors) b.set(total, v.add(total, x));
    b.store(v.int(0), 0, total);
    b.store(v.int(16), 0, ints[149]!, "i32");
  });
  const { call, floats, ints } = load([run]);
  call("run");
  assert.equal(floats[3], (149 * 150) / 2);
  assert.equal(ints[4], 149);
});

// Threads -------------------------------------------------------------------------------------------------------------

test("atomics on shared memory: load, store, add; wait does not sleep on another value", () => {
  const run = written(["p"], (b, p) => {
    b.store(p, 0, v.int(40), "atomic");
    b.store(v.int(4), 0, v.atomicAdd(p, v.int(2)), "i32");
    b.store(v.int(8), 0, v.load(p, 0, "atomic"), "i32");
    b.statement({ kind: "wait", address: p, expected: v.int(0) });
    b.statement({ kind: "notify", address: p });
  });
  const { call, ints } = load([run], { sharedMaximum: 4 });
  call("run", 0);
  assert.deepEqual([...ints.subarray(0, 3)], [42, 40, 42]);
});

test("a thread that waits is woken by notify", async () => {
  const sleep = new FunctionBuilder("sleep");
  sleep.while(v.op("i32.eqz", v.load(v.int(0), 0, "atomic")), () =>
    sleep.statement({ kind: "wait", address: v.int(0), expected: v.int(0) }),
  );
  sleep.store(v.int(4), 0, v.int(7), "atomic");
  const wake = new FunctionBuilder("wake");
  wake.store(v.int(0), 0, v.int(1), "atomic");
  wake.statement({ kind: "notify", address: v.int(0) });
  const functions = [sleep.done({ exported: true }), wake.done({ exported: true })];
  const module = new WebAssembly.Module(assemble(functions, { ...plain, sharedMaximum: 1 }));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const code = `const { workerData: { module, memory }, parentPort } = require("node:worker_threads");
    const { sleep } = new WebAssembly.Instance(module, { env: { memory } }).exports;
    parentPort.postMessage("ready");
    sleep();`;
  const worker = new Worker(code, { eval: true, execArgv: [], workerData: { module, memory } });
  const ended = new Promise((resolve, reject) => worker.on("exit", resolve).on("error", reject));
  await new Promise((resolve) => worker.once("message", resolve));
  (new WebAssembly.Instance(module, { env: { memory } }).exports.wake as () => void)();
  assert.equal(await ended, 0);
  assert.equal(new Int32Array(memory.buffer)[1], 7);
});

// Mistakes in a kernel
// --------------------------------------------------------------------------------------------------

test("names that do not exist, or exist twice, are refused", () => {
  const twice = written([], () => undefined);
  assert.throws(() => assemble([twice, twice], plain), /two functions share a name/);
  assert.throws(() => assemble([stored(v.call("nothing"))], plain), /run: nothing is not known here/);
  assert.throws(() => assemble([stored(v.global("nothing"))], plain), /run: nothing is not known here/);
  const foreign = new FunctionBuilder("other").local("i32", "x");
  assert.throws(() => assemble([stored(foreign)], plain), /run: x is not known here/);
});
