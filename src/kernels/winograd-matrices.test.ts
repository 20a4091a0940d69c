/**
 * Winograd's transforms along one axis, with plain numbers: a row of inputs d and three weights w give the outputs of a
 * convolution, y[i] = d[i]·w[0] + d[i+1]·w[1] + d[i+2]·w[2], as Aᵀ[(G w) ⊙ (Bᵀ d)].
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertClose } from "../../test/closeness.js";
import { transforms, type Arithmetic, type TransformName } from "./winograd-matrices.js";

/** The same arithmetic, on numbers instead of vectors. */
class Numbers {
  readonly used = new Set<number>();

  constructor(private readonly factors: readonly number[]) {}

  add(x: number, y: number): number {
    return x + y;
  }

  sub(x: number, y: number): number {
    return x - y;
  }

  scaled(factor: number, x: number): number {
    assert.ok(this.factors.includes(factor), `${factor} is among the factors`);
    this.used.add(factor);
    return factor * x;
  }

  madd(factor: number, x: number, y: number): number {
    return this.scaled(factor, x) + y;
  }

  pair(factor: number, x: number, y: number): [number, number] {
    return [this.madd(factor, x, y), this.madd(-factor, x, y)];
  }

  sumAndDifference(x: number, y: number): [number, number] {
    return [x + y, x - y];
  }
}

type Apply = (row: readonly number[], by: Arithmetic) => number[];

function transformed(name: TransformName, row: readonly number[]): number[] {
  const { inputs, outputs, factors, apply } = transforms[name];
  assert.equal(row.length, inputs, `${name} takes ${inputs} numbers`);
  const by = new Numbers(factors);
  const result = (apply as unknown as Apply)(row, by as unknown as Arithmetic);
  assert.equal(result.length, outputs, `${name} gives ${outputs} numbers`);
  assert.deepEqual([...by.used].sort(), [...factors].sort(), `${name} uses all of its factors`);
  return result;
}

const w = [2, -3, 5];
const products = (x: readonly number[], y: readonly number[]): number[] => x.map((value, i) => value * y[i]!);

for (const [what, tile, names] of [
  ["four outputs", 4, ["input", "weight", "output"]],
  ["six outputs", 6, ["largeInput", "largeWeight", "largeOutput"]],
] as const) {
  const [input, weight, output] = names;

  test(`${what}: of each input alone, and of all`, () => {
    const unit = (at: number): number[] => Array.from({ length: tile + 2 }, (_, i) => Number(i === at));
    const all = Array.from({ length: tile + 2 }, (_, i) => i * i - 7);
    for (const d of [...all.map((_, at) => unit(at)), all]) {
      const expected = Array.from({ length: tile }, (_, i) => d[i]! * w[0]! + d[i + 1]! * w[1]! + d[i + 2]! * w[2]!);
      const outputs = transformed(output, products(transformed(input, d), transformed(weight, w)));
      assertClose(outputs, expected, absolute(1e-9));
    }
  });
}

test("the gradient of the weights: dw[k] = Σ d[i + k] · dy[i]", () => {
  const [d, dy] = [
    [1, 4, -2, 3, 0, 5],
    [2, -1, 6, 3],
  ];
  const expected = [0, 1, 2].map((k) => dy.reduce((sum, y, i) => sum + y * d[i + k]!, 0));
  const gradient = transformed("weightGradient", products(transformed("input", d), transformed("outputGradient", dy)));
  assertClose(gradient, expected, absolute(1e-9));
});
