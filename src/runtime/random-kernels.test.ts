/**
 * Convolutions and poolings of random shapes, and functions of random views, compiled, against the float64 reference:
 * values and gradients. Two threads must give the same bits as one.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { absolute, assertClose, type Tolerance } from "../../test/closeness.js";
import { checkRandomly } from "../../test/random-checks.js";
import { gradients } from "../autograd/gradients.js";
import type { Node } from "../graph/node.js";
import { sizeOf, type Shape } from "../graph/shape.js";
import * as ops from "../ops/index.js";
import { evaluate } from "../reference/reference.js";
import { asVariable, fillInput } from "../reference/sample-inputs.js";
import { WasmEngine } from "./wasm-engine.js";

const one = new WasmEngine({ threads: 1, numerics: "fast", profile: false });
const two = new WasmEngine({ threads: 2, numerics: "fast", profile: false });

/** Compares nodes with the reference, each element within what the tolerance of its node allows. */
function compare(nodes: readonly Node[], toleranceOf: (node: number) => Tolerance): void {
  const expected = evaluate(nodes);
  const results = one.prepare(nodes, [])();
  assert.deepEqual(two.prepare(nodes, [])(), results, "two threads give the same bits as one");
  results.forEach((actual, node) => {
    const { op, shape } = nodes[node]!;
    assert.equal(actual.length, sizeOf(shape));
    // A dilated window that sees padding alone gives −∞ in both.
    assertClose(actual, expected[node]!.data, toleranceOf(node), `${op.name} [${shape.join()}], result ${node}`);
  });
}

/** Small whole numbers. */
function wholes(shape: Shape, name: string, range: readonly [number, number] = [-3, 4]): Node {
  const { values } = fillInput({ shape, range, dtype: "int32" }, name);
  return asVariable({ shape, dtype: "float32", values: Float32Array.from(values) });
}

const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));
const small = (max: number) => fc.integer({ min: 1, max });

test("random convolutions", () => {
  const cases = fc.record({
    ...{ batch: small(3), groups: fc.constantFrom(1, 1, 1, 2, 3), inputs: small(5), outputs: small(9) },
    ...{ image: pair(1, 12), kernel: pair(1, 4), stride: pair(1, 2), padding: pair(0, 2), dilation: pair(1, 2) },
    fill: fc.nat(9999),
  });
  const property = fc.property(cases, ({ batch, groups, inputs, outputs, image, kernel, fill, ...geometry }) => {
    const { padding, dilation } = geometry;
    const fits = ([0, 1] as const).every((i) => dilation[i] * (kernel[i] - 1) + 1 <= image[i] + 2 * padding[i]);
    fc.pre(fits);
    const x = wholes([batch, groups * inputs, ...image], `images ${fill}`);
    const w = wholes([groups * outputs, inputs, ...kernel], `weights ${fill}`);
    const y = ops.conv2d(x, w, { ...geometry, groups });
    const all = gradients(y, wholes(y.shape, `upstream ${fill}`));
    // Terms are at most 9, and a sum's error at most so much of all its terms: of Winograd's kernels, too, which do not
    // compute with whole numbers.
    const taps = sizeOf(kernel);
    const terms = [inputs * taps, outputs * taps, batch * y.shape[2]! * y.shape[3]!];
    compare([y, all.get(x)!, all.get(w)!], (node) => absolute(2e-5 * 9 * terms[node]!));
  });
  checkRandomly(property, 40);
});

test("random poolings", () => {
  const cases = fc.record({
    ...{ batch: small(3), channels: small(6), image: pair(1, 9), kernel: pair(1, 3), stride: pair(1, 3) },
    ...{ padded: fc.boolean(), dilation: pair(1, 2), by: fc.constantFrom("max", "mean", "mean of what is there") },
    fill: fc.nat(9999),
  });
  const property = fc.property(cases, ({ batch, channels, image, kernel, stride, padded, dilation, by, fill }) => {
    // At most half of a window may be padding.
    const padding = kernel.map((size) => (padded ? Math.floor(size / 2) : 0)) as [number, number];
    const spread: readonly [number, number] = by === "max" ? dilation : [1, 1];
    fc.pre(([0, 1] as const).every((i) => spread[i] * (kernel[i] - 1) + 1 <= image[i] + 2 * padding[i]));
    const x = wholes([batch, channels, ...image], `images ${fill}`);
    const y =
      by === "max"
        ? ops.maxPool2d(x, { kernel, stride, padding, dilation })
        : ops.avgPool2d(x, { kernel, stride, padding, countIncludePad: by === "mean" });
    const all = gradients(y, wholes(y.shape, `upstream ${fill}`));
    // Whole numbers are exact; a mean rounds its share and its terms, of which a pixel is in at most nine.
    compare([y, all.get(x)!], () => absolute(by === "max" ? 0 : 1e-5));
  });
  checkRandomly(property, 40);
});

const functions: readonly (readonly [name: string, of: (x: Node) => Node, range: readonly [number, number]])[] = [
  ["exp", ops.exp, [-6, 4]],
  ["log", ops.log, [0.25, 9]],
  ["sqrt", ops.sqrt, [0.25, 9]],
  ["rsqrt", ops.rsqrt, [0.25, 4]],
  ["reciprocal", ops.reciprocal, [0.5, 4]],
  ["sigmoid", ops.sigmoid, [-9, 9]],
  ["tanh", ops.tanh, [-4, 4]],
  ["quotient", (x) => ops.div(x, ops.add(x, ops.constant(1))), [0.5, 4]],
];

test("random functions of views", () => {
  const cases = fc.record({
    name: fc.constantFrom(...functions.map(([name]) => name)),
    shape: fc.tuple(small(5), small(5), small(6)),
    order: fc.constantFrom([0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]),
    step: small(3),
    flipped: fc.boolean(),
    repeated: fc.boolean(),
    fill: fc.nat(9999),
  });
  const property = fc.property(cases, ({ name, shape, order, step, flipped, repeated, fill }) => {
    const [, of, range] = functions.find(([known]) => known === name)!;
    const x = asVariable(fillInput({ shape, range }, `functions ${fill}`));
    const turned = ops.permute(flipped ? ops.flip(x, [2]) : x, order);
    const part = ops.sliceAxis(turned, 2, 0, undefined, step);
    const y = of(repeated ? ops.expand(part, [2, ...part.shape]) : part);
    const all = gradients(y, wholes(y.shape, `upstream ${fill}`, [-2, 3]));
    // Functions are good to some units of the last place, and gradients made of several of them; |upstream| is at most
    // 2.
    compare([y, all.get(x)!], () => (expected) => 4e-6 * (Math.abs(expected) + 1));
  });
  checkRandomly(property, 60);
});
