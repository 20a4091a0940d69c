/**
 * The vector functions against float64 `Math` over samples of all float32 bit patterns, in ulp, with `madd` fused and
 * not; and at the special values, which are those of C's <math.h>.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { assemble } from "./assembler.js";
import { v } from "./expressions.js";
import { FunctionBuilder, type Func } from "./loops.js";
import { vectorFunctions } from "./vector-math.js";

// Node 20 has relaxed SIMD behind a flag that must be set before the first module; later ones know no such flag.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");

const capacity = 1 << 16;

/** Runs the vector function over whole blocks: z[i] = name(x[i]) or name(x[i], y[i]). */
function driver(name: string, arity: number): Func {
  const b = new FunctionBuilder("run", { n: "i32" });
  b.for("i", 0, b.params[0]!, 16, (i) => {
    const args = [v.load(i, 0), v.load(i, 4 * capacity)].slice(0, arity);
    b.store(i, 8 * capacity, v.call(name, ...args));
  });
  return b.done({ exported: true });
}

type Run = (xs: Float32Array, ys?: Float32Array) => Float32Array;

/** The function `name`, compiled, on up to `capacity` elements at a time. */
function compile(name: string, fused: boolean): Run {
  const arity = vectorFunctions[name]!().params.length;
  const bytes = assemble([driver(name, arity)], { globals: [], sharedMaximum: undefined, fused });
  const memory = new WebAssembly.Memory({ initial: (3 * 4 * capacity) / 65536 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const run = instance.exports.run as (bytes: number) => void;
  return (xs, ys) => {
    new Float32Array(memory.buffer, 0, capacity).set(xs);
    if (ys) new Float32Array(memory.buffer, 4 * capacity, capacity).set(ys);
    run(4 * xs.length);
    return new Float32Array(memory.buffer, 8 * capacity, xs.length);
  };
}

/** The distance from the exact value in units of the float32 spacing there; 0 for the right infinity or NaN. */
function ulps(computed: number, exact: number): number {
  if (Number.isNaN(exact) || Number.isNaN(computed))
    return Number.isNaN(exact) && Number.isNaN(computed) ? 0 : Infinity;
  const rounded = Math.fround(exact);
  if (!Number.isFinite(rounded) || !Number.isFinite(computed)) return rounded === computed ? 0 : Infinity;
  const spacing = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(exact))), -126) - 23);
  return Math.abs(computed - exact) / spacing;
}

interface Worst {
  readonly ulp: number;
  readonly at: number;
}

/** The worst error over the float32 numbers whose bits are multiples of `stride`, plus one for each block. */
function measure(run: Run, exact: (x: number) => number, stride: number): Worst {
  let worst: Worst = { ulp: 0, at: NaN };
  const xs = new Float32Array(capacity);
  const bits = new Uint32Array(xs.buffer);
  for (let start = 0; start < 2 ** 32; start += stride * capacity) {
    for (let i = 0; i < capacity; i++) bits[i] = start + i * stride;
    const results = run(xs);
    for (let i = 0; i < capacity; i++) {
      const ulp = ulps(results[i]!, exact(xs[i]!));
      if (ulp > worst.ulp) worst = { ulp, at: xs[i]! };
    }
  }
  return worst;
}

const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const bounds = [
  { name: "exp", exact: Math.exp, limit: 2 },
  { name: "log", exact: Math.log, limit: 2 },
  { name: "tanh", exact: Math.tanh, limit: 4 },
  { name: "sigmoid", exact: sigmoid, limit: 4 },
];

const infinity = Infinity;
const powerLimit = 24;
/** Bases and exponents from numbers in [0, 1). */
const powerRanges = [
  { range: "usual numbers", x: (u: number) => 10 * u, y: (u: number) => 6 * u - 3 },
  { range: "bases of every size", x: (u: number) => 2 ** (276 * u - 149), y: (u: number) => 2 * u - 1 },
  { range: "bases near 1", x: (u: number) => 1 + (u - 0.5) * 1e-3, y: (u: number) => 2e5 * u - 1e5 },
  { range: "results that are subnormal or zero", x: (u: number) => u, y: (u: number) => 150 * u },
  { range: "large results", x: (u: number) => 1 + u, y: (u: number) => 300 * u },
  {
    range: "large powers of bases near √2, its worst place",
    x: (u: number) => 1.3 + 0.114 * u,
    y: (u: number) => 150 + 110 * u,
  },
  { range: "negative bases", x: (u: number) => -4 * u, y: (u: number) => Math.round(20 * u) - 10 },
];
/** x, y, x^y by ISO C, annex F.10.4.4, which PyTorch follows too. */
const powerCases: readonly (readonly [number, number, number])[] = [
  [NaN, 0, 1],
  [1, NaN, 1],
  [1, infinity, 1],
  [-1, infinity, 1],
  [-1, -infinity, 1],
  [-1, NaN, NaN],
  [NaN, 1, NaN],
  [2, NaN, NaN],
  [0, 0, 1],
  [0, 3, 0],
  [-0, 3, -0],
  [-0, 2, 0],
  [-0, 0.5, 0],
  [0, -3, infinity],
  [-0, -3, -infinity],
  [-0, -2, infinity],
  [-0, -0.5, infinity],
  [0, infinity, 0],
  [-0, -infinity, infinity],
  [2, infinity, infinity],
  [2, -infinity, 0],
  [0.5, infinity, 0],
  [-0.5, -infinity, infinity],
  [infinity, 0.25, infinity],
  [infinity, -0.25, 0],
  [-infinity, 3, -infinity],
  [-infinity, 2, infinity],
  [-infinity, 0.5, infinity],
  [-infinity, -3, -0],
  [-infinity, -2, 0],
  [-8, 1 / 3, NaN],
  [-2, 0.5, NaN],
  [-2, 3, -8],
  [-2, -1, -0.5],
  [-1, 16777215, -1],
  [-1, 16777216, 1],
  [-2, 1e30, infinity],
  [1.0000001192092896, 3e38, infinity],
];

/** A linear congruential generator (Numerical Recipes), for numbers in [0, 1). */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

test("every function's error is measured", () => {
  // Powers of integers are exact (src/runtime/random-integers.test.ts).
  const measured = [...bounds.map(({ name }) => name), "pow", "powi"];
  for (const name of Object.keys(vectorFunctions)) assert.ok(measured.includes(name), `add ${name} to \`bounds\``);
});

for (const fused of [true, false]) {
  const numerics = fused ? "fused" : "not fused";

  for (const { name, exact, limit } of bounds) {
    test(`${name} is within ${limit} ulp over all float32 numbers, ${numerics}`, () => {
      const worst = measure(compile(name, fused), exact, 3001);
      assert.ok(worst.ulp <= limit, `${worst.ulp} ulp at ${worst.at}`);
    });
  }

  test(`the values at the edges, ${numerics}`, () => {
    const at = (name: string, ...xs: number[]): number[] => [...compile(name, fused)(Float32Array.from(xs))];
    const [largest, smallest] = [3.4028234663852886e38, 1.401298464324817e-45];
    assert.deepEqual(at("exp", 0, -0, infinity, -infinity, NaN), [1, 1, infinity, 0, NaN]);
    assert.deepEqual(at("exp", 88.72283, 88.72284, largest), [
      Math.fround(Math.exp(Math.fround(88.72283))),
      infinity,
      infinity,
    ]);
    assert.deepEqual(at("exp", -103.9, -104, -largest), [smallest, 0, 0]);
    assert.deepEqual(at("log", 0, -0, 1, infinity, -infinity, -smallest, NaN), [
      -infinity,
      -infinity,
      0,
      infinity,
      NaN,
      NaN,
      NaN,
    ]);
    assert.deepEqual(at("log", smallest, largest), [Math.fround(Math.log(smallest)), Math.fround(Math.log(largest))]);
    assert.deepEqual(at("tanh", 0, -0, smallest, 20, -20, infinity, -infinity, NaN), [
      0,
      -0,
      smallest,
      1,
      -1,
      1,
      -1,
      NaN,
    ]);
    assert.deepEqual(at("sigmoid", 0, -0, 20, -104, infinity, -infinity, NaN), [0.5, 0.5, 1, 0, 1, 0, NaN]);
  });

  for (const { range, x, y } of powerRanges) {
    test(`pow is within ${powerLimit} ulp for ${range}, ${numerics}`, () => {
      const random = generator(1);
      const xs = Float32Array.from({ length: capacity }, () => x(random()));
      const ys = Float32Array.from({ length: capacity }, () => y(random()));
      const results = compile("pow", fused)(xs, ys);
      results.forEach((result, i) => {
        const ulp = ulps(result, xs[i]! ** ys[i]!);
        assert.ok(ulp <= powerLimit, `${ulp} ulp at ${xs[i]} ** ${ys[i]} (seed 1)`);
      });
    });
  }

  test(`pow has C's special values, ${numerics}`, () => {
    const results = compile("pow", fused)(
      Float32Array.from(powerCases, ([x]) => x),
      Float32Array.from(powerCases, ([, y]) => y),
    );
    powerCases.forEach(([x, y, z], i) =>
      assert.ok(Object.is(results[i], z), `pow(${x}, ${y}) is ${results[i]}, not ${z}`),
    );
  });
}

test("a square is exact, whatever the sign", () => {
  const xs = Float32Array.from({ length: 4095 }, (_, i) => i - 2047);
  const squares = compile("pow", false)(xs, new Float32Array(xs.length).fill(2));
  assert.deepEqual(
    squares,
    xs.map((x) => x * x),
  );
});

test("each function has the name under which it is called, and calls none that is not there", () => {
  for (const [name, make] of Object.entries(vectorFunctions)) {
    assert.equal(make().name, name);
    const called = [...JSON.stringify(make()).matchAll(/"kind":"call","name":"(\w+)"/g)].map((match) => match[1]!);
    assert.ok(
      called.every((other) => Object.hasOwn(vectorFunctions, other)),
      called.join(),
    );
  }
});
