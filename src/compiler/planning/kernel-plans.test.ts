/** Plans of ops that have kernels of their own. planner.test.ts says how to read a plan. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertPlan, data, loopsOf, planOf, variable } from "../../../test/plans.js";
import * as ops from "../../ops/index.js";

test("the threads share the rows of a matrix product", () => {
  assertPlan(
    planOf([ops.matmul(data(1, 8, 4), ops.reshape(variable(4, 3), [1, 4, 3]))]),
    `stage 0, all threads
       k0 × 8  matmul 1× 8×4 · 4×3
           reads input@arena+0, v0; writes matmul@arena+192
     stage 0, then one thread
       k1  loop [1,8,3] store output
           reads matmul@arena+192; writes output@arena+0`,
  );
});

test("a convolution with bias and ReLU: weights are packed, images padded, the rest is the kernel's end", () => {
  const [x, w, bias] = [data(4, 3, 16, 16), variable(8, 3, 3, 3), variable(8)];
  const attrs = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 } as const;
  const y = ops.relu(ops.add(ops.conv2d(x, w, attrs), ops.reshape(bias, [1, 8, 1, 1])));
  const made = planOf([y]);
  assertPlan(
    made,
    `kept, run only when a variable has changed
       k0  loop [8,3,3,3] store weights
           reads v0; writes weights@own+0
     prologue
       k1  loop [4,3,16,16] store pad
           reads input@arena+0; writes pad@arena+12352
     stage 0, all threads
       k2 × 4  conv2d 3×3 3→8 16×16
           reads pad@arena+12352, weights@own+0, v1; writes conv2d@scratch+0
       k3 × 4  loop [4,8,16,16] store output
           reads conv2d@scratch+0; writes output@arena+33152`,
  );
  // [KH, KW, I, O], which the packing writes as [O, I, KH, KW].
  const [, weights] = made.stages[0]!.parallel[0]!.reads;
  assert.deepEqual([weights!.view.shape, weights!.view.strides], [[3, 3, 3, 8], [72, 24, 8, 1]]); // prettier-ignore
  assert.deepEqual(made.kept[0]!.writes[0]!.view.strides, [1, 8, 72, 24]);
});

test("a bias that has to be computed in each run is added by a loop of its own", () => {
  const [x, w] = [data(4, 3, 16, 16), variable(8, 3, 5, 5)];
  const attrs = { stride: [2, 2], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;
  const biases = {
    "a view of what is computed": ops.reshape(ops.exp(data(8)), [1, 8, 1, 1]),
    "what is computed from data": ops.exp(data(1, 8, 1, 1)),
  };
  for (const [what, bias] of Object.entries(biases)) {
    const loops = loopsOf(planOf([ops.relu(ops.add(ops.conv2d(x, w, attrs), bias))]));
    assert.ok(loops.includes("loop [4,8,6,6] store relu"), `${what}: ${loops.join("; ")}`);
  }
});

test("the gradient of a convolution's weights is summed in chunks of images, here of one image each", () => {
  const [x, g] = [data(4, 8, 8, 8), data(4, 12, 6, 6)];
  const attrs = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;
  const made = planOf([ops.conv2dWeightGradient(x, g, { ...attrs, weightShape: [12, 8, 3, 3] })]);
  assertPlan(
    made,
    `prologue
       k0  loop [4,12,6,6] store data_images
           reads input@arena+0; writes data_images@arena+15232
       k1  loop [4,8,8,8] store data_images
           reads input@arena+6976; writes data_images@arena+22208
     stage 0, all threads
       k2 × 4  conv2dWeightGradient 3×3 8→12 6×6, Winograd
           reads data_images@arena+22208, data_images@arena+15232; writes winograd_sums@arena+30464, tiles@scratch+0
     stage 0, then one thread
       k3  loop [4,36,8,12] sum winograd_sum
           reads winograd_sums@arena+30464; writes winograd_sum@arena+0
     stage 1, all threads
       k4 × 8  Winograd weight gradient 8→12
           reads winograd_sum@arena+0; writes weight_gradient@arena+13888, tile@scratch+0
     stage 1, then one thread
       k5  loop [12,8,3,3] store output
           reads weight_gradient@arena+13888; writes output@arena+0`,
  );
  const [gradient] = made.stages[1]!.parallel[0]!.writes;
  assert.equal(gradient!.view.buffer.elements, 3 * 3 * 8 * 12);
  // It lies in memory as [KH, KW, I, O].
  assert.deepEqual([gradient!.view.strides, gradient!.view.offset], [[1, 12, 3 * 8 * 12, 8 * 12], 0]);
});

test("a ReLU is a loop of its own if something else uses the convolution, too", () => {
  const [x, w] = [data(4, 3, 16, 16), variable(8, 3, 5, 5)];
  const attrs = { stride: [2, 2], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;
  const y = ops.conv2d(x, w, attrs);
  const loops = loopsOf(planOf([ops.add(ops.relu(y), ops.exp(y))]));
  assert.deepEqual(loops, [
    "loop [8,3,5,5] store weights",
    "loop [4,3,16,16] store data_images",
    "conv2d 5×5 3→8 6×6",
    "loop [4,8,6,6] store add",
    "loop [4,8,6,6] store output",
  ]);
});
