/**
 * Random int32 computations against BigInt. Each result must be exact, and one that int32 cannot hold must be refused.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkRandomly } from "../../test/random-checks.js";
import { cat, stack, tensor } from "../tensor/creation.js";
import { Tensor } from "../tensor/tensor.js";
import { Variable } from "../graph/variable.js";

/** Elements of a tensor [rows, columns], row by row. */
interface Exact {
  readonly rows: number;
  readonly columns: number;
  readonly elements: readonly bigint[];
}

interface Step {
  readonly compute: (x: Tensor, y: Tensor, number: number) => Tensor;
  readonly exactly: (x: Exact, y: Exact, number: bigint) => Exact;
}

const int32 = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.integer({ min: -70_000, max: 70_000 }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 2 ** 24, 2 ** 24 + 1, -(2 ** 24) - 1, 46_341, 65_536),
);

const each = (x: Exact, f: (element: bigint, at: number) => bigint): Exact => ({ ...x, elements: x.elements.map(f) });
const both = (x: Exact, y: Exact, f: (a: bigint, b: bigint) => bigint): Exact =>
  each(x, (element, at) => f(element, y.elements[at]!));
const truth = (holds: boolean): bigint => (holds ? 1n : 0n);
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const size = (a: bigint): bigint => (a < 0n ? -a : a);
const at = ({ columns, elements }: Exact, row: number, column: number): bigint => elements[row * columns + column]!;

const made = (rows: number, columns: number, f: (row: number, column: number) => bigint): Exact => ({
  rows,
  columns,
  elements: Array.from({ length: rows * columns }, (_, i) => f(Math.floor(i / columns), i % columns)),
});

/** Combines each column into one element, which is repeated in all rows. */
const folded = (x: Exact, f: (a: bigint, b: bigint) => bigint): Exact =>
  made(x.rows, x.columns, (_, column) =>
    Array.from({ length: x.rows }, (_row, row) => at(x, row, column)).reduce((a, b) => f(a, b)),
  );

/** PyTorch's powers of integers. */
function power(base: bigint, exponent: bigint): bigint {
  // Beyond 64, only whether the exponent is odd matters.
  if (exponent >= 0n) return base ** (exponent > 64n ? 64n + (exponent & 1n) : exponent);
  return size(base) === 1n ? base ** (-exponent & 1n) : base === 0n ? 2n ** 64n : 0n;
}

const steps: Readonly<Record<string, Step>> = {
  add: { compute: (x, y) => x.add(y), exactly: (x, y) => both(x, y, (a, b) => a + b) },
  "add a number": { compute: (x, _, n) => x.add(n), exactly: (x, _, n) => each(x, (a) => a + n) },
  sub: { compute: (x, y) => x.sub(y), exactly: (x, y) => both(x, y, (a, b) => a - b) },
  mul: { compute: (x, y) => x.mul(y), exactly: (x, y) => both(x, y, (a, b) => a * b) },
  "mul by a number": { compute: (x, _, n) => x.mul(n), exactly: (x, _, n) => each(x, (a) => a * n) },
  neg: { compute: (x) => x.neg(), exactly: (x) => each(x, (a) => -a) },
  abs: { compute: (x) => x.abs(), exactly: (x) => each(x, size) },
  sign: { compute: (x) => x.sign(), exactly: (x) => each(x, (a) => truth(a > 0n) - truth(a < 0n)) },
  square: { compute: (x) => x.square(), exactly: (x) => each(x, (a) => a * a) },
  cube: { compute: (x) => x.pow(3), exactly: (x) => each(x, (a) => a ** 3n) },
  "fifth power": { compute: (x) => x.pow(5), exactly: (x) => each(x, (a) => a ** 5n) },
  pow: { compute: (x, y) => x.pow(y), exactly: (x, y) => both(x, y, power) },
  relu: { compute: (x) => x.relu(), exactly: (x) => each(x, (a) => larger(a, 0n)) },
  floor: { compute: (x) => x.floor(), exactly: (x) => x },
  clamp: {
    compute: (x, _, n) => x.clamp(-5, n),
    exactly: (x, _, n) => each(x, (a) => smaller(larger(a, smaller(-5n, n)), n)),
  },
  maximum: { compute: (x, y) => x.maximum(y), exactly: (x, y) => both(x, y, larger) },
  minimum: { compute: (x, y) => x.minimum(y), exactly: (x, y) => both(x, y, smaller) },
  eq: { compute: (x, y) => x.eq(y), exactly: (x, y) => both(x, y, (a, b) => truth(a === b)) },
  "ne a number": { compute: (x, _, n) => x.ne(n), exactly: (x, _, n) => each(x, (a) => truth(a !== n)) },
  lt: { compute: (x, y) => x.lt(y), exactly: (x, y) => both(x, y, (a, b) => truth(a < b)) },
  "le a number": { compute: (x, _, n) => x.le(n), exactly: (x, _, n) => each(x, (a) => truth(a <= n)) },
  gt: { compute: (x, y) => x.gt(y), exactly: (x, y) => both(x, y, (a, b) => truth(a > b)) },
  ge: { compute: (x, y) => x.ge(y), exactly: (x, y) => both(x, y, (a, b) => truth(a >= b)) },
  where: { compute: (x, y) => x.where(y, x), exactly: (x, y) => both(x, y, (a, b) => (a === 0n ? a : b)) },
  "where a number": {
    compute: (x, y, n) => x.gt(y).where(n, y),
    exactly: (x, y, n) => both(x, y, (a, b) => (a > b ? n : b)),
  },
  matmul: {
    compute: (x, y) => x.matmul(y.t()),
    exactly: (x, y) =>
      made(x.rows, x.rows, (row, other) => {
        const products = Array.from({ length: x.columns }, (_, k) => at(x, row, k) * at(y, other, k));
        return products.find((product) => product !== BigInt.asIntN(32, product)) ?? products.reduce((a, b) => a + b);
      }),
  },
  sum: {
    compute: (x) => x.sum(0, true).expand(...x.shape),
    exactly: (x) => folded(x, (a, b) => a + b),
  },
  amax: { compute: (x) => x.amax(0, true).expand(...x.shape), exactly: (x) => folded(x, larger) },
  amin: { compute: (x) => x.amin(0, true).expand(...x.shape), exactly: (x) => folded(x, smaller) },
  argmax: {
    compute: (x) => x.argmax(0, true).expand(...x.shape),
    exactly: (x) => {
      const top = folded(x, larger);
      const rows = Array.from({ length: x.rows }, (_, row) => row);
      return made(x.rows, x.columns, (row, column) =>
        BigInt(rows.findIndex((other) => at(x, other, column) === at(top, row, column))),
      );
    },
  },
  transpose: { compute: (x) => x.t(), exactly: (x) => made(x.columns, x.rows, (row, column) => at(x, column, row)) },
  flip: {
    compute: (x) => x.flip(0),
    exactly: (x) => made(x.rows, x.columns, (row, column) => at(x, x.rows - 1 - row, column)),
  },
  reshape: { compute: (x) => x.reshape(x.shape[1]!, -1), exactly: (x) => ({ ...x, rows: x.columns, columns: x.rows }) },
  slice: {
    compute: (x) => cat([x.slice(0, 1), x.slice(0, 0, 1)]),
    exactly: (x) => made(x.rows, x.columns, (row, column) => at(x, (row + 1) % x.rows, column)),
  },
  stack: { compute: (x, y) => stack([x, y]).select(0, 1), exactly: (_, y) => y },
  "a variable": { compute: throughVariable, exactly: (x) => x },
};

/** The same elements, written to a variable and read from it. */
function throughVariable(x: Tensor): Tensor {
  return Tensor.ofVariable(new Variable(x.shape, "int32"), false).copy_(x);
}

const fits = ({ elements }: Exact): boolean => elements.every((a) => a === BigInt.asIntN(32, a));

const cases = fc.record({
  rows: fc.integer({ min: 2, max: 6 }),
  columns: fc.integer({ min: 2, max: 9 }),
  elements: fc.array(int32, { minLength: 108, maxLength: 108 }),
  number: int32,
  taken: fc.array(fc.constantFrom(...Object.keys(steps)), { minLength: 1, maxLength: 5 }),
});

test("int32 computations are exact, and refuse what int32 cannot hold", () => {
  checkRandomly(
    fc.property(cases, ({ rows, columns, elements, number, taken }) => {
      const half = elements.length / 2;
      const inputs = [elements, elements.slice(half)].map((list) => list.slice(0, rows * columns));
      const tensors = inputs.map((list) => tensor(Int32Array.from(list), [rows, columns])) as [Tensor, Tensor];
      const exact = inputs.map((list): Exact => ({ rows, columns, elements: list.map(BigInt) })) as [Exact, Exact];
      let [x, y] = tensors;
      let [a, b] = exact;
      for (const name of taken) {
        // A step can change the shape; its operand is then the result itself.
        if (a.rows !== b.rows || a.columns !== b.columns) [y, b] = [x, a];
        const { compute, exactly } = steps[name]!;
        [x, y] = [compute(x, y, number), x];
        [a, b] = [exactly(a, b, BigInt(number)), a];
        if (fits(a)) continue;
        assert.throws(() => x.data(), /does not fit into int32/, `${name} of ${taken.join(", ")}`);
        return;
      }
      assert.equal(x.dtype, "int32");
      assert.deepEqual(Array.from(x.data(), BigInt), a.elements, taken.join(", "));
    }),
    400,
  );
});
