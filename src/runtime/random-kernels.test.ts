/**
 * Convolutions and poolings of random shapes and layouts, compiled, against the float64 reference: values and
 * gradients. Two threads must give the same bits as one.
 */
import { test } from "node:test";
import fc from "fast-check";
import { absolute } from "../../test/closeness.js";
import { compareEngines } from "../../test/engine-checks.js";
import { checkRandomly } from "../../test/random-checks.js";
import { gradients } from "../autograd/gradients.js";
import { sizeOf, type Pair, type Shape } from "../graph/shape.js";
import * as ops from "../ops/index.js";
import { activated, poolings } from "../reference/random-functions.js";
import { laidOut, type LaidOut, type Layout } from "../reference/random-views.js";

/** A leaf of small whole numbers, and an image or a kernel that is a view of it. */
function wholes(shape: Shape, layout: Layout, name: string): LaidOut {
  return laidOut(shape, layout, { range: [-3, 4], dtype: "float32", whole: true }, name);
}

const dense: Layout = { order: [0, 1, 2, 3], step: 1, flipped: false };
const layouts = fc.record({
  order: fc.constantFrom([0, 1, 2, 3], [0, 1, 2, 3], [0, 2, 3, 1], [1, 0, 3, 2]),
  step: fc.constantFrom(1, 1, 2),
  flipped: fc.boolean(),
});

const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));
const small = (max: number) => fc.integer({ min: 1, max });

test("random convolutions", () => {
  const cases = fc.record({
    ...{ batch: small(3), groups: fc.constantFrom(1, 1, 1, 2, 3), inputs: small(5), outputs: small(9) },
    ...{ image: pair(1, 12), kernel: pair(1, 4), stride: pair(1, 2), padding: pair(0, 2), dilation: pair(1, 2) },
    layout: layouts,
    kernelLayout: layouts,
    fill: fc.nat(9999),
  });
  const property = fc.property(
    cases,
    ({ batch, groups, inputs, outputs, image, kernel, fill, layout, kernelLayout, ...geometry }) => {
      const { padding, dilation } = geometry;
      const fits = ([0, 1] as const).every((i) => dilation[i] * (kernel[i] - 1) + 1 <= image[i] + 2 * padding[i]);
      fc.pre(fits);
      const x = wholes([batch, groups * inputs, ...image], layout, `images ${fill}`);
      const w = wholes([groups * outputs, inputs, ...kernel], kernelLayout, `weights ${fill}`);
      const y = ops.conv2d(x.view, w.view, { ...geometry, groups });
      const all = gradients(y, wholes(y.shape, dense, `upstream ${fill}`).leaf);
      // Terms are at most 9, and a sum's error at most so much of all its terms: of Winograd's kernels, too, which do not
      // compute with whole numbers.
      const taps = sizeOf(kernel);
      const terms = [inputs * taps, outputs * taps, batch * y.shape[2]! * y.shape[3]!];
      compareEngines([y, all.get(x.leaf)!, all.get(w.leaf)!], (node) => absolute(2e-5 * 9 * terms[node]!));
    },
  );
  checkRandomly(property, 40);
});

test("random poolings", () => {
  const cases = fc.record({
    ...{ batch: small(3), channels: small(6), image: pair(1, 9), kernel: pair(1, 3), stride: pair(1, 3) },
    ...{ padded: fc.boolean(), dilation: pair(1, 2), by: fc.constantFrom(...Object.keys(poolings)) },
    layout: layouts,
    behindReLU: fc.boolean(),
    fill: fc.nat(9999),
  });
  const property = fc.property(
    cases,
    ({ batch, channels, image, kernel, stride, padded, dilation, by, layout, behindReLU, fill }) => {
      // At most half of a window may be padding.
      const padding = kernel.map((size) => (padded ? Math.floor(size / 2) : 0)) as [number, number];
      const spread: readonly [number, number] = by === "max" ? dilation : [1, 1];
      fc.pre(([0, 1] as const).every((i) => spread[i] * (kernel[i] - 1) + 1 <= image[i] + 2 * padding[i]));
      const x = wholes([batch, channels, ...image], layout, `images ${fill}`);
      const gate = wholes([1, channels, 1, 1], dense, `gates ${fill}`).leaf;
      const window = { kernel, stride, padding, dilation: spread };
      const y = poolings[by]!(behindReLU ? activated(x.view, gate) : x.view, window);
      const all = gradients(y, wholes(y.shape, dense, `upstream ${fill}`).leaf);
      const found = [x.leaf, gate].flatMap((leaf) => all.get(leaf) ?? []);
      // Whole numbers are exact. A mean rounds its share and its terms, of which a pixel is in at most nine; the gate's
      // gradient is a sum of as many as there are pixels.
      const terms = [1, 1, batch * sizeOf(image)];
      compareEngines([y, ...found], (node) => absolute(by === "max" ? 0 : 4e-5 * terms[node]!));
    },
  );
  checkRandomly(property, 40);
});

test("random convolutions, and max pooling without overlaps", () => {
  const cases = fc.record({
    ...{ batch: small(3), inputs: small(5), outputs: small(9), image: pair(1, 12), padding: pair(0, 1) },
    // Not 3×3: Winograd's kernels do not give whole numbers, and then other pixels are the largest.
    kernel: fc.constantFrom<Pair>([1, 1], [2, 2], [1, 3], [3, 2]),
    windows: fc.constantFrom<Pair>([2, 2], [2, 2], [1, 2], [3, 3]),
    ...{ layout: layouts, fill: fc.nat(9999) },
  });
  const property = fc.property(cases, ({ batch, inputs, outputs, image, padding, kernel, windows, layout, fill }) => {
    fc.pre(([0, 1] as const).every((i) => image[i] + 2 * padding[i] - kernel[i] + 1 >= windows[i]));
    const x = wholes([batch, inputs, ...image], layout, `images ${fill}`);
    const w = wholes([outputs, inputs, ...kernel], dense, `weights ${fill}`).leaf;
    const gate = wholes([1, outputs, 1, 1], dense, `gates ${fill}`).leaf;
    const convolved = ops.conv2d(x.view, w, { stride: [1, 1], padding, dilation: [1, 1], groups: 1 });
    const window = { kernel: windows, stride: windows, padding: [0, 0], dilation: [1, 1] } as const;
    const y = ops.maxPool2d(activated(convolved, gate), window);
    const all = gradients(y, wholes(y.shape, dense, `upstream ${fill}`).leaf);
    compareEngines([y, ...[x.leaf, w, gate].map((leaf) => all.get(leaf)!)], () => absolute(0));
  });
  checkRandomly(property, 30);
});
