/**
 * The code of loop kernels in full. `load4` reads a vector of four elements and `load1` a single one. Addresses are in
 * bytes, and the kernel works on the outer index `n`.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { v, type Expr } from "../wasm/expressions.js";
import { FunctionBuilder } from "../wasm/loops.js";
import { printFunction } from "../wasm/printer.js";
import { whole, type Addressing } from "./kernel.js";
import { LoopKernel } from "./loop.js";
import type { Combine, LoopRoot, LoopValue } from "./loop-nest.js";
import { denseInOrder, paddedImages, paddedRows, type BufferView } from "./views.js";

/** The address of every buffer is its name. */
const addressing: Addressing = {
  pointer: ({ view, outerAxis }, n) => {
    const start =
      view.offset === 0 ? v.global(view.buffer.name) : v.n.add(v.global(view.buffer.name), v.int(4 * view.offset));
    return outerAxis === undefined ? start : v.n.add(start, v.n.scale(n, 4 * view.strides[outerAxis]!));
  },
  table: () => assert.fail("loops need no tables"),
};

interface Loops {
  readonly domain: readonly number[];
  readonly outerAxis?: number;
  readonly reduced?: readonly number[];
  readonly roots: readonly LoopRoot[];
}

function kernelOf({ domain, outerAxis, reduced = [], roots }: Loops): LoopKernel {
  const kernel = new LoopKernel(domain, outerAxis, reduced);
  roots.forEach((root) => kernel.add(root));
  return kernel;
}

/** The lines of the code, without the function's head. */
function codeOf(loops: Loops): string[] {
  const b = new FunctionBuilder("k", { n: "i32" });
  kernelOf(loops).emit(b, addressing, b.params[0]!);
  return printFunction(b.done())
    .trimEnd()
    .split("\n")
    .slice(1, -1)
    .map((line) => line.slice(2));
}

const dense = (name: string, shape: readonly number[], order?: number[]): BufferView =>
  denseInOrder(name, shape, "float32", order);
const load = (view: BufferView): LoopValue => ({ kind: "load", view });
const unary = (op: (x: Expr) => Expr, arg: LoopValue): LoopValue => ({
  kind: "apply",
  args: [arg],
  vector: ([x]) => op(x!),
});
const negated = (view: BufferView): LoopValue => unary((x) => v.op("f32x4.neg", x), load(view));
/** y = −x, both dense. */
const negation = (...domain: number[]): Loops => ({
  domain,
  roots: [{ value: negated(dense("x", domain)), output: dense("y", domain) }],
});

describe("elementwise code", () => {
  test("takes four elements at a time, and the rest one by one", () => {
    assert.deepEqual(codeOf(negation(6)), [
      "x = $x;",
      "y = $y;",
      "t = load4(x);",
      "t1 = neg(t);",
      "store4(y, t1);",
      "t2 = load1(x + 16);",
      "t3 = neg(t2);",
      "store1(y + 16, t3);",
      "t4 = load1(x + 20);",
      "t5 = neg(t4);",
      "store1(y + 20, t5);",
    ]);
  });

  test("goes one by one if there are no vectors", () => {
    assert.deepEqual(codeOf(negation(3)), [
      "x = $x;",
      "y = $y;",
      "for (r = 0; r < 3; r += 1) {",
      "  t = load1(x);",
      "  t1 = neg(t);",
      "  store1(y, t1);",
      "  x += 4;",
      "  y += 4;",
      "}",
    ]);
  });

  test("writes past the end of a padded axis, image by image", () => {
    const [x, y] = [paddedRows("x", [2, 5, 3], "float32"), paddedRows("y", [2, 5, 3], "float32")];
    assert.deepEqual(codeOf({ domain: [2, 5, 3], outerAxis: 0, roots: [{ value: negated(x), output: y }] }), [
      "x = $x + n * 80;",
      "y = $y + n * 80;",
      "for (r = 0; r < 5; r += 1) {",
      "  t = load4(x);",
      "  t1 = neg(t);",
      "  store4(y, t1);",
      "  x += 16;",
      "  y += 16;",
      "}",
    ]);
  });

  test("repeats an element if a tensor is broadcast, and computes a shared part once", () => {
    const scalar = { ...dense("s", [1]), shape: [4], strides: [0] };
    const sum: LoopValue = {
      kind: "apply",
      args: [load(dense("x", [4])), load(scalar)],
      vector: ([x, s]) => v.add(x!, s!),
    };
    const roots = [
      { value: sum, output: dense("y", [4]) },
      { value: unary((x) => v.op("f32x4.neg", x), sum), output: dense("z", [4]) },
    ];
    assert.deepEqual(codeOf({ domain: [4], roots }), [
      "x = $x;",
      "s = $s;",
      "y = $y;",
      "z = $z;",
      "t = load4(x);",
      "t1 = splat(s);",
      "t2 = t + t1;",
      "t3 = neg(t2);",
      "store4(y, t2);",
      "store4(z, t3);",
    ]);
  });

  test("reads and writes integers as they are", () => {
    const [i, j] = [denseInOrder("i", [4], "int32"), denseInOrder("j", [4], "int32")];
    const value = unary((x) => v.op("i32x4.neg", x), load(i));
    assert.deepEqual(codeOf({ domain: [4], roots: [{ value, output: j }] }), [
      "i = $i;",
      "j = $j;",
      "t = load4(i);",
      "t1 = ineg(t);",
      "store4(j, t1);",
    ]);
  });

  test("knows the position in a tensor", () => {
    const at: LoopValue = { kind: "position", strides: [10, 1], args: [], vector: (position) => position };
    assert.deepEqual(codeOf({ domain: [2, 4], outerAxis: 0, roots: [{ value: at, output: dense("y", [2, 4]) }] }), [
      "y = $y + n * 16;",
      "at = n * 10;",
      "position = isplat(at + 0) + [0, 1, 2, 3];",
      "t = position;",
      "store4(y, t);",
    ]);
  });

  test("knows the positions of lanes that are not adjacent", () => {
    const at: LoopValue = { kind: "position", strides: [1, 10], args: [], vector: (position) => position };
    const code = codeOf({ domain: [2, 4], roots: [{ value: at, output: dense("y", [2, 4]) }] });
    assert.ok(code.includes("  position = isplat(at + 0) + [0, 10, 20, 30];"), code.join("\n"));
    // Of many elements, several vectors are computed in one iteration.
    const twoVectors = codeOf({ domain: [32, 8], roots: [{ value: at, output: dense("y", [32, 8]) }] });
    assert.ok(twoVectors.includes("  position1 = isplat(at + 40) + [0, 10, 20, 30];"), twoVectors.join("\n"));
  });

  test("has one pointer for two parts of a buffer", () => {
    const whole = dense("x", [8]);
    const [first, second] = [0, 4].map((offset) => load({ ...whole, shape: [4], offset })) as [LoopValue, LoopValue];
    const value: LoopValue = { kind: "apply", args: [second, first], vector: ([a, b]) => v.add(a!, b!) };
    assert.deepEqual(codeOf({ domain: [4], roots: [{ value, output: dense("y", [4]) }] }), [
      "x = $x;",
      "y = $y;",
      "t = load4(x + 16);",
      "t1 = load4(x);",
      "t2 = t + t1;",
      "store4(y, t2);",
    ]);
  });
});

describe("sums and maxima", () => {
  const reduction = (combine: Combine, domain: readonly number[], axis: number): Loops => {
    const shape = domain.map((extent, i) => (i === axis ? 1 : extent));
    return {
      domain,
      reduced: [axis],
      roots: [{ value: load(dense("x", domain)), output: dense("y", shape), combine }],
    };
  };

  test("along a row: in four lanes, which are combined at the end with the rest", () => {
    assert.deepEqual(codeOf(reduction("sum", [3, 5], 1)), [
      "x = $x;",
      "y = $y;",
      "for (r = 0; r < 3; r += 1) {",
      "  sum = 0.0;",
      "  sum1 = 0.0;",
      "  t = load4(x);",
      "  sum = sum + t;",
      "  t1 = load1(x + 16);",
      "  sum1 = sum1 + t1;",
      "  sum = sum + shuffle(sum, sum, [2, 3, 0, 1]);",
      "  sum = sum + shuffle(sum, sum, [1, 0, 3, 2]);",
      "  sum = sum + sum1;",
      "  store1(y, sum);",
      "  x += 20;",
      "  y += 4;",
      "}",
    ]);
  });

  test("down the columns: eight sums of four columns alternate", () => {
    const code = codeOf(reduction("sum", [16, 4], 0));
    assert.deepEqual(code.slice(0, 4), ["x = $x;", "y = $y;", "sum = 0.0;", "sum1 = 0.0;"]);
    assert.equal(code.filter((line) => line.endsWith(" = 0.0;")).length, 8);
    const loop = code.indexOf("for (r = 0; r < 2; r += 1) {");
    assert.deepEqual(code.slice(loop + 1, loop + 5), [
      "  t = load4(x);",
      "  sum = sum + t;",
      "  x += 16;",
      "  t1 = load4(x);",
    ]);
    // The other seven are added to the first.
    assert.deepEqual(code.slice(-4), ["sum = sum + sum6;", "sum = sum + sum7;", "x -= 256;", "store4(y, sum);"]);
  });

  test("down a long column: runs of 32 in float32, and the runs' sums in float64", () => {
    const code = codeOf(reduction("sum", [2000, 32], 0));
    assert.deepEqual(
      code.filter((line) => line.includes("for (")).map((line) => line.trim()),
      ["for (r = 0; r < 62; r += 1) {", "for (r1 = 0; r1 < 32; r1 += 1) {", "for (r2 = 0; r2 < 16; r2 += 1) {"],
    );
    const end = code.indexOf("  }", code.indexOf("for (r = 0; r < 62; r += 1) {"));
    assert.deepEqual(code.slice(end + 1, end + 4), [
      "  low = low + wide(sum);",
      "  high = high + wide(shuffle(sum, sum, [2, 3, 2, 3]));",
      "  sum = 0.0;",
    ]);
  });

  test("along a long row: in float64", () => {
    const code = codeOf(reduction("sum", [3, 100], 1));
    const additions = code.filter((line) => line.includes("low + ") || line.includes("high + "));
    assert.deepEqual(additions.slice(0, 2), [
      "    low = low + wide(t);",
      "    high = high + wide(shuffle(t, t, [2, 3, 2, 3]));",
    ]);
    // In the end the lanes are added, and what was left of the row.
    assert.deepEqual(additions.slice(-3), [
      "  low = low + high;",
      "  low = low + shuffle(low, low, [2, 3, 0, 1]);",
      "  low = low + low1;",
    ]);
  });

  test("a maximum begins with −∞, and takes NaN from either side", () => {
    const code = codeOf(reduction("max", [2, 4], 1));
    assert.ok(code.includes("  sum = -inf;"));
    assert.ok(code.includes("  sum = pmax(sum, t) | pmax(t, sum);"));
  });
});

/** How many vectors the code writes, and the rounds of its loops. */
function shapeOf(loops: Loops): string {
  const code = codeOf(loops);
  const rounds = code.flatMap((line) => /< (\d+);/.exec(line)?.[1] ?? []);
  return `${code.filter((line) => line.includes("store4")).length} vectors, loops of ${rounds.join(" and ")}`;
}

describe("how far rows are unrolled", () => {
  test("one vector per round in a small kernel, where longer code would not pay off", () => {
    assert.equal(shapeOf(negation(252)), "1 vectors, loops of 63");
  });

  test("four vectors per round, and then the rest, from 256 elements on", () => {
    assert.equal(shapeOf(negation(256)), "4 vectors, loops of 16");
    assert.equal(shapeOf(negation(268)), "7 vectors, loops of 16");
  });

  test("a row of up to eight vectors whole", () => {
    const rows = (length: number): Loops => {
      // Rows that do not follow each other at once, or all of them would be one.
      const apart = (view: BufferView): BufferView => ({ ...view, strides: [100, 1] });
      const domain = [20, length];
      return {
        domain,
        roots: [{ value: negated(apart(dense("x", domain))), output: apart(dense("y", domain)) }],
      };
    };
    assert.equal(shapeOf(rows(32)), "8 vectors, loops of 20");
    assert.equal(shapeOf(rows(36)), "5 vectors, loops of 20 and 2");
  });

  test("by image: the work of a single call counts", () => {
    const images = (length: number): Loops => ({ ...negation(8, length), outerAxis: 0 });
    assert.equal(shapeOf(images(252)), "1 vectors, loops of 63");
    assert.equal(shapeOf(images(256)), "4 vectors, loops of 16");
  });
});

describe("the loops' order", () => {
  test("the axis with the largest stride in the output is outermost", () => {
    const domain = [2, 3, 4];
    const transposed = dense("y", domain, [1, 0, 2]);
    const code = codeOf({ domain, roots: [{ value: negated(dense("x", domain)), output: transposed }] });
    assert.deepEqual(
      code.filter((line) => line.includes("for")),
      ["for (r = 0; r < 3; r += 1) {", "  for (r1 = 0; r1 < 2; r1 += 1) {"],
    );
  });

  test("among reduced axes, the one with the largest stride in the input", () => {
    const domain = [2, 3, 4];
    const x = dense("x", domain, [1, 0, 2]);
    const y = dense("y", [1, 1, 1]);
    const code = codeOf({ domain, reduced: [0, 1, 2], roots: [{ value: load(x), output: y, combine: "sum" }] });
    // The axes of x in memory follow each other: both loops are one.
    assert.ok(code.includes("for (r = 0; r < 6; r += 1) {"), code.join("\n"));
  });

  test("axes that are contiguous in all tensors are merged", () => {
    const apart = (view: BufferView): BufferView => ({ ...view, strides: [30, 10, 1] });
    const domain = [2, 3, 4];
    const roots = [{ value: negated(apart(dense("x", domain))), output: apart(dense("y", domain)) }];
    assert.equal(shapeOf({ domain, roots }), "1 vectors, loops of 6");
  });

  test("the longest axis that lies close in memory is taken in vectors, and rather one that is kept", () => {
    const domain = [4, 8];
    // x lies close along rows, and so does y: the sums of the rows are kept.
    const x = { ...dense("x", domain), strides: [1, 0] };
    const code = codeOf({
      domain,
      reduced: [1],
      roots: [{ value: load(x), output: { ...dense("y", [4, 1]), strides: [1, 0] }, combine: "sum" }],
    });
    assert.ok(code.includes("store4(y, sum);"), code.join("\n"));
  });
});

describe("a border around what is written", () => {
  const around = paddedImages("y", [2, 4, 4, 4], "float32");
  /** The inner 2×2 pixels of images of 4×4; a pixel has four channels. */
  const inner: BufferView = { ...around, shape: [2, 4, 2, 2], offset: 20 };
  const x = paddedImages("x", [2, 4, 2, 2], "float32");

  test("before the first row, between rows and after the last one", () => {
    const root = { value: negated(x), output: inner, border: { value: 0, around, inner } };
    const code = codeOf({ domain: [2, 4, 2, 2], outerAxis: 0, roots: [root] });
    // In bytes: a pixel has 16, a row 64, an image 256. The inner pixels lie at 80 to 112 and at 144 to 176.
    assert.deepEqual(
      code.filter((line) => line.includes("= border")),
      ["from = border + 0;", "from1 = border + 112;", "from2 = border + 176;"],
    );
    assert.equal(code[0], "border = $y + n * 256;");
  });

  test("everything, if the inner part has gaps of its own", () => {
    const spread: BufferView = { ...around, shape: [2, 4, 2, 2], strides: [64, 1, 32, 8] };
    const root = { value: negated(x), output: spread, border: { value: 0, around, inner: spread } };
    const code = codeOf({ domain: [2, 4, 2, 2], outerAxis: 0, roots: [root] });
    assert.deepEqual(
      code.filter((line) => line.includes("= border")),
      ["from = border + 0;"],
    );
  });
});

test("a kernel reports its cost per outer index, and what it does", () => {
  const kernel = kernelOf({ ...negation(8, 100), outerAxis: 0 });
  assert.deepEqual([kernel.extent, kernel.cost, kernel.title], [8, 200, "loop [8,100] store y"]);
  const whole = kernelOf(negation(8, 100));
  assert.deepEqual([whole.extent, whole.cost], [1, 1600]);
});

test("a kernel reads each view once, and notices roots that are added", () => {
  const kernel = kernelOf(negation(4));
  const x = kernel.reads[0]!.view;
  assert.deepEqual([kernel.reads.length, kernel.writes.length], [1, 1]);
  kernel.add({ value: unary((e) => e, negated(x)), output: dense("z", [4]) });
  assert.deepEqual(kernel.reads, [whole(x)]);
  assert.deepEqual(
    kernel.writes.map(({ view }) => view.buffer.name),
    ["y", "z"],
  );
});
