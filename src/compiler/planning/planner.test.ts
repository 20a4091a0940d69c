/**
 * Plans of small graphs, in full, as `kilograd train --dump-plan` prints them. How to read one: a kernel `k0` is listed
 * under the stage in which it runs. `× 8` is the number of its outer indices, which the threads share. `input` is data
 * that the host copies in, `v0` a variable; `exp@arena+192` is a buffer, named after what it holds, and its place in
 * bytes.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertPlan, data, loopsOf, planOf, textOf, variable } from "../../../test/plans.js";
import { sizeOf, type Shape } from "../../graph/shape.js";
import * as ops from "../../ops/index.js";
import { formatPlan } from "../dump.js";

describe("elementwise ops", () => {
  test("are one loop together; a result for the host is then copied out dense", () => {
    const [x, bias] = [data(8, 4), variable(4)];
    assertPlan(
      planOf([ops.exp(ops.add(x, bias))]),
      `prologue
         k0  loop [8,4] store exp
             reads input@arena+0, v0; writes exp@arena+192
         k1  loop [8,4] store output
             reads exp@arena+192; writes output@arena+384`,
    );
  });

  test("over the same elements are done in one pass", () => {
    const x = data(8, 4);
    assertPlan(
      planOf([ops.exp(x), ops.neg(x)]),
      `prologue
         k0  loop [8,4] store exp, store neg
             reads input@arena+0; writes exp@arena+192, neg@arena+384
         k1  loop [8,4] store output, store output
             reads exp@arena+192, neg@arena+384; writes output@arena+576, output@arena+768`,
    );
  });

  test("get memory when they are expensive and used twice", () => {
    const exp = ops.exp(data(8, 4));
    assert.deepEqual(loopsOf(planOf([ops.add(exp, ops.mul(exp, exp))])), [
      "loop [8,4] store exp",
      "loop [8,4] store add",
      "loop [8,4] store output",
    ]);
    const cheap = ops.neg(data(8, 4));
    assert.deepEqual(loopsOf(planOf([ops.add(cheap, ops.mul(cheap, cheap))])), [
      "loop [8,4] store add",
      "loop [8,4] store output",
    ]);
  });

  test("of many elements are shared by the threads, and values between two of them are in scratch memory", () => {
    assertPlan(
      planOf([ops.exp(data(8, 64, 64))]),
      `stage 0, all threads
         k0 × 8  loop [8,64,64] store exp
             reads input@arena+0; writes exp@scratch+0
         k1 × 8  loop [8,64,64] store output
             reads exp@scratch+0; writes output@arena+131136`,
    );
  });

  test("count as large from 16,384 elements on", () => {
    const stages = (...shape: number[]): number => planOf([ops.exp(data(...shape))]).stages.length;
    assert.equal(stages(3, 5461), 0);
    assert.equal(stages(2, 8192), 1);
    // One row cannot be shared.
    assert.equal(stages(1, 16_384), 0);
  });

  test("of few elements are shared by the threads where they only continue a stage", () => {
    const x = data(8, 64, 64);
    const means = ops.mul(ops.sum(x, [1, 2]), ops.constant(1 / 4096));
    assertPlan(
      planOf([ops.exp(means)]),
      `stage 0, all threads
         k0 × 8  loop [8,64,64] sum sum
             reads input@arena+0; writes sum@scratch+0
         k1 × 8  loop [8,1,1] store exp
             reads sum@scratch+0; writes exp@scratch+64
         k2 × 8  loop [8,1,1] store output
             reads exp@scratch+64; writes output@arena+131136`,
    );
  });
});

describe("sums", () => {
  test("over each image go on in its stage", () => {
    const exp = ops.exp(data(8, 64, 64));
    assertPlan(
      planOf([ops.div(exp, ops.sum(exp, [1, 2]))]),
      `stage 0, all threads
         k0 × 8  loop [8,64,64] store exp
             reads input@arena+0; writes exp@scratch+0
         k1 × 8  loop [8,64,64] sum sum
             reads exp@scratch+0; writes sum@scratch+16448
         k2 × 8  loop [8,64,64] store div
             reads exp@scratch+0, sum@scratch+16448; writes div@scratch+16512
         k3 × 8  loop [8,64,64] store output
             reads div@scratch+16512; writes output@arena+131136`,
    );
  });

  test("over the batch end a stage: first each image by itself, then one thread adds them up", () => {
    const x = data(8, 64, 64);
    assertPlan(
      planOf([ops.sub(x, ops.sum(x, [0, 1, 2]))]),
      `stage 0, all threads
         k0 × 8  loop [8,64,64] sum sum
             reads input@arena+0; writes sum@arena+131136
       stage 0, then one thread
         k1  loop [8,1,1] sum sum
             reads sum@arena+131136; writes sum@arena+131200
       stage 1, all threads
         k2 × 8  loop [8,64,64] store sub
             reads input@arena+0, sum@arena+131200; writes sub@scratch+0
         k3 × 8  loop [8,64,64] store output
             reads sub@scratch+0; writes output@arena+131264`,
    );
  });

  test("over the first axis alone are shared by the longest other axis that vectors do not lie along", () => {
    const extent = (...shape: number[]): number => {
      const [sum] = planOf([ops.sum(data(...shape), [0])]).stages[0]!.parallel;
      return sum!.extent;
    };
    assert.equal(extent(64, 6, 90), 6);
    assert.equal(extent(64, 5, 6, 7, 90), 7);
    // The channels of an image lie side by side.
    assert.equal(extent(64, 90, 6, 32), 32);
  });
});

describe("views", () => {
  test("are strides, and no kernel", () => {
    assertPlan(
      planOf([ops.exp(ops.permute(data(8, 4), [1, 0]))]),
      `prologue
         k0  loop [4,8] store exp
             reads input@arena+0; writes exp@arena+192
         k1  loop [4,8] store output
             reads exp@arena+192; writes output@arena+384`,
    );
  });

  test("are copied first if strides cannot express them", () => {
    assertPlan(
      planOf([ops.exp(ops.reshape(ops.permute(data(8, 4), [1, 0]), [32]))]),
      `prologue
         k0  loop [4,8] store permute_dense
             reads input@arena+0; writes permute_dense@arena+192
         k1  loop [32] store exp
             reads permute_dense@arena+192; writes exp@arena+384
         k2  loop [32] store output
             reads exp@arena+384; writes output@arena+576`,
    );
  });
});

describe("parts of a tensor", () => {
  test("each write into their own part", () => {
    assertPlan(
      planOf([ops.cat([data(2, 3), data(2, 4)], 1)]),
      `prologue
         k0  loop [2,3] store cat
             reads input@arena+0; writes cat@arena+128
         k1  loop [2,4] store cat
             reads input@arena+64; writes cat@arena+128
         k2  loop [2,7] store output
             reads cat@arena+128; writes output@arena+256`,
    );
  });

  test("an expression is written directly into the inner part of a padded tensor", () => {
    const x = data(2, 3);
    const padded = ops.pad(ops.neg(x), { before: [0, 1], after: [0, 1], interior: [0, 0], value: 0 });
    assertPlan(
      planOf([padded]),
      `prologue
         k0  loop [2,3] store pad
             reads input@arena+0; writes pad@arena+64
         k1  loop [2,5] store output
             reads pad@arena+64; writes output@arena+192`,
    );
  });

  test("a border within each image is filled by the threads, one around the batch by one thread", () => {
    const kernelOf = (...before: number[]): string => {
      const attrs = { before, after: [0, 0, 0, 0], interior: [0, 0, 0, 0], value: 0 };
      return textOf(planOf([ops.pad(ops.neg(data(8, 3, 64, 64)), attrs)]))
        .split("\n", 2)
        .join()
        .replace(/ +/g, " ");
    };
    assert.equal(kernelOf(0, 0, 1, 1), "stage 0, all threads, k0 × 8 loop [8,3,64,64] store pad");
    assert.equal(kernelOf(0, 2, 0, 0), "stage 0, all threads, k0 × 8 loop [8,3,64,64] store pad");
    assert.equal(kernelOf(1, 0, 1, 1), "prologue, k0 loop [8,3,64,64] store pad");
  });
});

describe("variables", () => {
  test("an update is written where the table of slots says, after everything that is read", () => {
    const w = variable(4);
    const made = planOf([], [ops.sub(w, ops.mul(data(4), ops.constant(0.5)))]);
    assertPlan(
      made,
      `prologue
         k0  loop [4] store v3
             reads v0, input@arena+0; writes v3`,
    );
    assert.deepEqual(made.prologue[0]!.writes[0]!.view.buffer.place, { kind: "slot", slot: 3 });
  });

  test("what follows from them alone is kept, in a program that changes none", () => {
    const [x, w] = [data(8, 4), variable(4)];
    const y = ops.mul(x, ops.rsqrt(w));
    const made = planOf([y]);
    assertPlan(
      made,
      `kept, run only when a variable has changed
         k0  loop [4] store rsqrt
             reads v0; writes rsqrt@own+0
       prologue
         k1  loop [8,4] store mul
             reads input@arena+0, rsqrt@own+0; writes mul@arena+192
         k2  loop [8,4] store output
             reads mul@arena+192; writes output@arena+384`,
    );
    assert.deepEqual(made.keptReads, [0]);
  });

  test("but not in one that changes any, nor in one without data", () => {
    const [x, w] = [data(4), variable(4)];
    assert.deepEqual(planOf([ops.mul(x, ops.rsqrt(w))], [ops.neg(w)]).kept, []);
    assert.deepEqual(planOf([ops.mul(w, ops.rsqrt(w))]).kept, []);
  });
});

describe("what the plan tells the host", () => {
  test("where each leaf goes, which constants belong to the program, and where the results are", () => {
    const [x, map] = [data(2, 3), ops.data(Float32Array.of(1, 2, 3), [3], "float32")];
    const made = planOf([ops.mul(x, map)], [], [map]);
    assert.deepEqual(
      made.inputs.map(({ buffer, leaf }) => [buffer.name, buffer.elements, leaf]),
      [["input", 6, 0]],
    );
    assert.deepEqual(
      made.constants.map(({ buffer, elements }) => [buffer.place, [...elements]]),
      [[{ kind: "own", at: 0 }, [1, 2, 3]]],
    );
    assert.deepEqual(
      made.outputs.map(({ name, elements, place }) => [name, elements, place?.kind]),
      [["output", 6, "arena"]],
    );
    assert.deepEqual([made.arenaBytes, made.scratchBytes, made.ownBytes], [192, 0, 64]);
  });

  test("how much memory it needs, in the plan's first line", () => {
    const [first] = formatPlan(planOf([ops.exp(data(8, 64, 64))])).split("\n");
    assert.equal(first, "arena 256 KiB, scratch 16 KiB a thread, own 0 KiB, 1 stage");
  });
});

/** Shapes whose images get their channels side by side, and shapes that do not. */
test("images of more than one channel lie channels last, each pixel padded to whole vectors", () => {
  const strides = (shape: Shape): readonly number[] => {
    const exp = ops.exp(ops.data(new Float32Array(sizeOf(shape)), shape, "float32"));
    return planOf([exp]).prologue[0]!.writes[0]!.view.strides;
  };
  assert.deepEqual(strides([2, 3, 4, 5]), [4 * 5 * 4, 1, 5 * 4, 4]);
  assert.deepEqual(strides([2, 1, 4, 5]), [4 * 8, 4 * 8, 8, 1]);
  assert.deepEqual(strides([4, 5]), [8, 1]);
});

describe("an image that is needed with a border is computed in place inside the border", () => {
  /** The loops for an image that two need: a padding, and a sum over its pixels. */
  function loops(shape: readonly number[], before: readonly number[], interior = shape.map(() => 0)): string[] {
    const image = ops.exp(data(...shape));
    const pad = ops.pad(image, { before, after: before, interior, value: 0 });
    const axes = shape.map((_, axis) => axis).slice(-2);
    return loopsOf(planOf([ops.sum(image, axes), pad])).filter((title) => / store (exp|pad)/.test(title));
  }

  test("around rows and columns of images with several channels", () => {
    assert.deepEqual(loops([2, 3, 4, 4], [0, 0, 1, 1]), ["loop [2,3,4,4] store pad"]);
    assert.deepEqual(loops([2, 3, 4, 4], [0, 0, 0, 2]), ["loop [2,3,4,4] store pad"]);
  });

  const copied: Readonly<Record<string, readonly [number[], number[], number[]?]>> = {
    "around the batch": [
      [2, 3, 4, 4],
      [1, 0, 0, 0],
    ],
    "around the channels": [
      [2, 3, 4, 4],
      [0, 1, 0, 0],
    ],
    "around images of one channel": [
      [2, 1, 4, 4],
      [0, 0, 1, 1],
    ],
    "between pixels": [
      [2, 3, 4, 4],
      [0, 0, 0, 0],
      [0, 0, 1, 1],
    ],
    "around other tensors": [
      [2, 4, 4],
      [0, 1, 1],
    ],
  };
  for (const [what, [shape, before, interior]] of Object.entries(copied)) {
    test(`${what} it is a copy`, () => assert.equal(loops(shape, before, interior).length, 2));
  }
});
