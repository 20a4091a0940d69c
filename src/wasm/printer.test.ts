/** The printed text of every kind of statement and expression, and where parentheses stand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { v, type Expr, type Local } from "./expressions.js";
import { FunctionBuilder } from "./loops.js";
import { printFunction } from "./printer.js";

const all = new FunctionBuilder("f", { x: "v128", y: "v128", z: "v128", p: "i32" });
const [x, y, z, p] = all.params as [Local, Local, Local, Local];

function printed(value: Expr): string {
  const text = printFunction(all.done({ returns: value, result: "v128" }));
  return /return (.*);/.exec(text)![1]!;
}

test("a loop nest reads like C", () => {
  const b = new FunctionBuilder("conv", { input: "i32", weight: "i32", out: "i32" });
  const [input, weight, out] = b.params as [Local, Local, Local];
  b.note("one row of two pixels\nat a time");
  b.for("oy", 0, 24, 1, (oy) => {
    const row = b.let("i32", "row", v.n.add(input, v.n.scale(oy, 96)));
    b.for("ox", 0, 24, 2, () => {
      const sum = b.let("v128", "acc", v.load(weight));
      b.set(sum, v.madd(v.load(row, 4, "splat"), v.load(weight, 64), sum));
      b.store(out, 16, sum);
      b.increase(row, 8);
      b.increase(out, -16);
    });
  });
  assert.equal(
    printFunction(b.done({ exported: true })),
    `export void conv(i32 input, i32 weight, i32 out) {
  // one row of two pixels
  // at a time
  for (oy = 0; oy < 24; oy += 1) {
    row = input + oy * 96;
    for (ox = 0; ox < 24; ox += 2) {
      acc = load4(weight);
      acc = madd(splat(row + 4), load4(weight + 64), acc);
      store4(out + 16, acc);
      row += 8;
      out -= 16;
    }
  }
}
`,
  );
});

test("every other statement", () => {
  const b = new FunctionBuilder("run", { p: "i32" });
  const [at] = b.params as [Local];
  b.while(v.op("i32.ne", v.load(at, 0, "atomic"), v.int(0)), () => {
    b.statement({ kind: "wait", address: at, expected: v.int(1) });
  });
  b.if(
    v.op("i32.eqz", v.global("thread")),
    () => b.call("phase", at, v.int(3)),
    () => b.store(at, 0, v.load(at, 4)),
  );
  b.if(v.op("i32.lt_s", at, v.int(9)), () => b.store(at, 4, v.load(at, 0, "i32"), "i32"));
  b.statement({ kind: "global", name: "thread", value: v.atomicAdd(at, v.int(1)) });
  b.store(at, 0, v.int(0), "atomic");
  b.statement({ kind: "notify", address: v.n.add(at, v.int(4)) });
  const result = b.let("v128", "result", v.load(at, 8, "lane0"));
  b.store(at, 0, result, "lane0");
  assert.equal(
    printFunction(b.done({ result: "v128", returns: result })),
    `v128 run(i32 p) {
  while (atomicLoad(p) != 0) {
    wait(p, 1);
  }
  if (!$thread) {
    phase(p, 3);
  } else {
    store4(p, load4(p + 4));
  }
  if (p < 9) {
    storei(p + 4, loadi(p));
  }
  $thread = atomicAdd(p, 1);
  atomicStore(p, 0);
  notify(p + 4);
  result = load1(p + 8);
  store1(p, result);
  return result;
}
`,
  );
});

test("parentheses stand only where precedence or the order of float sums needs them", () => {
  const cases: readonly (readonly [Expr, string])[] = [
    [v.add(v.mul(x, y), z), "x * y + z"],
    [v.mul(v.add(x, y), z), "(x + y) * z"],
    [v.mul(x, v.add(y, z)), "x * (y + z)"],
    [v.sub(v.sub(x, y), z), "x - y - z"],
    [v.sub(x, v.sub(y, z)), "x - (y - z)"],
    [v.add(x, v.add(y, z)), "x + (y + z)"],
    [v.div(x, v.mul(y, z)), "x / (y * z)"],
    [v.op("v128.and", v.op("f32x4.lt", x, y), v.op("f32x4.ne", y, z)), "x < y & y != z"],
    [v.op("f32x4.eq", v.op("v128.and", x, y), z), "(x & y) == z"],
    [v.op("v128.or", x, v.op("v128.andnot", y, z)), "x | y &~ z"],
    [v.op("i32.eqz", v.op("i32.lt_s", p, v.int(1))), "!(p < 1)"],
    [v.op("i32x4.shl", v.op("i32x4.add", x, v.iconst(127)), v.int(23)), "x + 127 << 23"],
    [v.n.add(p, v.n.add(v.n.scale(p, 4), v.int(-8))), "p + p * 4 - 8"],
    [v.load(v.op("i32.and", p, v.int(-16)), 64), "load4((p & -16) + 64)"],
    [v.pmax(v.add(x, y), v.op("f32x4.neg", z)), "pmax(x + y, neg(z))"],
  ];
  for (const [value, text] of cases) assert.equal(printed(value), text);
});

test("calls, selections and shuffles", () => {
  assert.equal(printed(v.call("exp", v.sub(x, y))), "exp(x - y)");
  assert.equal(printed(v.select(x, y, z)), "bitselect(y, z, x)");
  assert.equal(printed(v.shuffle(x, y, [0, 4, 1, 5])), "shuffle(x, y, [0, 4, 1, 5])");
});

test("constants show their type and as many digits as tell them apart", () => {
  const floats = [1, -0, 0.1, 1 / 3, 1e-45, 16777216, 3.4028234663852886e38, Infinity, -Infinity, NaN].map((value) =>
    printed(v.const(value)),
  );
  assert.deepEqual(floats, [
    "1.0",
    "-0.0",
    "0.1",
    "0.33333334",
    "1e-45",
    "16777216.0",
    "3.4028235e+38",
    "inf",
    "-inf",
    "nan",
  ]);
  assert.equal(printed(v.int(-5)), "-5");
  assert.equal(printed(v.iconst(7)), "7");
  assert.equal(printed(v.iconst(0x7fffffff)), "0x7fffffff");
  assert.equal(printed(v.iconst(-1048576)), "0xfff00000");
  assert.equal(printed(v.ilanes([0, 1, 2, 3])), "[0, 1, 2, 3]");
});

test("names of locals differ even where one looks like another's with a number", () => {
  const b = new FunctionBuilder("f", { a1: "i32", a: "i32" });
  for (const hint of ["a", "a", "a1"]) b.let("i32", hint, v.int(0));
  assert.deepEqual(printFunction(b.done()).match(/\w+(?= = 0;)/g), ["a2", "a3", "a11"]);
});
