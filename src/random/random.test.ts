import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertClose } from "../../test/closeness.js";
import { jsonFixture } from "../../test/fixtures.js";
import { ArgumentError } from "../errors/errors.js";
import {
  defaultGenerator,
  Generator,
  getRngState,
  manualSeed,
  normal,
  rand,
  randint,
  randn,
  randomInt64,
  randomInteger,
  randperm,
  setRngState,
  uniform,
  type GeneratorState,
} from "./random.js";

interface Draw {
  readonly seed: number;
  readonly values: number[];
}
interface Fixtures {
  readonly uniform: readonly (Draw & { from: number; to: number })[];
  readonly late: Draw & { skip: number };
  readonly normal: readonly { seed: number; mean: number; std: number; sizes: number[]; values: number[][] }[];
  readonly randperm: readonly (Draw & { n: number })[];
  readonly randpermLong: { seed: number; n: number; first: number[] };
  readonly randint: readonly (Draw & { low: number; high: number })[];
  readonly int64: { seed: number; values: string[] };
  readonly unseeded: { seed: string; values: number[] };
}
const fixtures = jsonFixture<Fixtures>("random/random-streams.json");

test("uniform gives PyTorch's bits, for seeds of every size and beyond one round of the twister", () => {
  for (const { seed, from, to, values } of fixtures.uniform) {
    const out = new Float32Array(values.length);
    uniform(out, from, to, new Generator(seed));
    assert.deepEqual(Array.from(out), values, `seed ${seed}`);
  }
  const { seed, skip, values } = fixtures.late;
  const long = new Float32Array(skip + values.length);
  uniform(long, 0, 1, new Generator(seed));
  assert.deepEqual(Array.from(long.subarray(skip)), values);
});

test("normal follows PyTorch within 1e-6, also over several draws of few and many elements", () => {
  for (const { seed, mean, std, sizes, values } of fixtures.normal) {
    const generator = new Generator(seed);
    sizes.forEach((size, draw) => {
      const out = new Float32Array(size);
      normal(out, mean, std, generator);
      assertClose(out, values[draw]!, absolute(1e-6 * Math.max(1, std)), `seed ${seed}, draw ${draw}`);
    });
  }
});

test("randperm, randint and 64-bit draws are PyTorch's", () => {
  for (const { seed, n, values } of fixtures.randperm) {
    assert.deepEqual(Array.from(randperm(n, new Generator(seed))), values);
  }
  const { seed, n, first } = fixtures.randpermLong;
  assert.deepEqual(Array.from(randperm(n, new Generator(seed)).subarray(0, 10)), first);
  for (const { seed, low, high, values } of fixtures.randint) {
    const generator = new Generator(seed);
    assert.deepEqual(
      values.map(() => randomInteger(low, high, generator)),
      values,
    );
  }
  const generator = new Generator(fixtures.int64.seed);
  assert.deepEqual(
    fixtures.int64.values.map(() => String(randomInt64(generator))),
    fixtures.int64.values,
  );
});

test("a generator without a seed has PyTorch's", () => {
  const generator = new Generator();
  assert.equal(String(generator.initialSeed()), fixtures.unseeded.seed);
  assert.deepEqual(rand([3], generator).tolist(), fixtures.unseeded.values);
});

test("a state survives JSON and goes on exactly, a waiting normal number included", () => {
  const generator = new Generator(12);
  normal(new Float32Array(3), 0, 1, generator);
  const state = JSON.parse(JSON.stringify(generator.getState())) as GeneratorState;
  const draws = (from: Generator): number[] => [
    from.randomNormal(),
    ...Array.from({ length: 700 }, () => from.random()),
  ];
  const wanted = draws(generator);
  setRngState(state);
  assert.deepEqual(getRngState(), state);
  assert.deepEqual(draws(defaultGenerator), wanted);
  const copy = new Generator(1).setState(state);
  assert.deepEqual(draws(copy), wanted);
  assert.equal(copy.initialSeed(), 12n);
  copy.manualSeed(12);
  assert.notDeepEqual(draws(copy), wanted);
});

test("a state can be taken after any number of draws, though words are made no sooner than needed", () => {
  for (const taken of [0, 1, 226, 227, 228, 623, 624, 625]) {
    const generator = new Generator(3);
    for (let i = 0; i < taken; i++) generator.random();
    const copy = new Generator(5).setState(generator.getState());
    const straight = new Generator(3);
    for (let i = 0; i < taken; i++) straight.random();
    for (let i = 0; i < 700; i++) {
      const wanted = straight.random();
      assert.equal(copy.random(), wanted, `${taken} draws, then ${i}`);
      assert.equal(generator.random(), wanted, `${taken} draws, then ${i}`);
    }
  }
});

test("manualSeed seeds what draws without a generator use", () => {
  assert.equal(manualSeed(1), defaultGenerator);
  const first = randn([2, 20]);
  manualSeed(1);
  assert.deepEqual(randn([2, 20]).data(), first.data());
  assert.deepEqual(first.shape, [2, 20]);
  manualSeed(1);
  const { values } = fixtures.randint[0]!;
  const whole = randint(0, 10, [6]);
  assert.equal(whole.dtype, "int32");
  assert.deepEqual(whole.tolist(), values);
});

test("seeds have 64 bits, and a negative one is read without its sign, as in PyTorch", () => {
  assert.equal(new Generator(-1).initialSeed(), 2n ** 64n - 1n);
  assert.equal(new Generator(2n ** 64n - 1n).initialSeed(), 2n ** 64n - 1n);
  assert.equal(new Generator(-1).random(), new Generator(2n ** 32n - 1n).random());
});

test("a shape that changes after a draw does not change the tensor", () => {
  const shape = [2, 3];
  const tensors = [rand(shape), randn(shape), randint(10, shape)];
  shape[0] = 9;
  for (const each of tensors) assert.deepEqual([each.shape, each.data().length], [[2, 3], 6]);
});

test("errors say what was expected", () => {
  assert.throws(() => manualSeed(1.5), {
    name: "ArgumentError",
    message: "manualSeed: invalid seed; expected a whole number of 64 bits, got 1.5.",
  });
  assert.throws(() => randomInteger(3, 3), {
    name: "ArgumentError",
    message: "randint: the range contains no integer; expected low below high, got 3 and 3.",
  });
  for (const [low, high] of [
    [0, Infinity],
    [0, 2 ** 31 + 1],
    [2 ** 40, 2 ** 40 + 5],
    [0.5, 3],
  ] as const) {
    assert.throws(() => randint(low, high, [2]), { name: "ArgumentError", message: /^randint: invalid (low|high)/ });
  }
  for (const seed of [2n ** 64n, -(2n ** 63n) - 1n, 2 ** 60, NaN])
    assert.throws(() => new Generator(seed), ArgumentError);
  for (const shape of [[1e6, 1e6], [-1], [2 ** 53]]) assert.throws(() => rand(shape), /rand: invalid shape/);
  assert.throws(() => randperm(2 ** 32), ArgumentError);
  const state = new Generator(1).getState();
  const wrong: GeneratorState[] = [
    { ...state, words: state.words.slice(1) },
    { ...state, words: state.words.map(() => -1) },
    { ...state, used: 624 },
    { ...state, seed: "one" },
    { ...state, spareNormal: "1" as unknown as number },
  ];
  for (const bad of wrong) {
    assert.throws(() => new Generator().setState(bad), {
      name: "DataError",
      message: "setState: not a generator state; expected what getState() returned.",
    });
  }
});
