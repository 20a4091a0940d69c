/**
 * Compares convolutions and their gradients on the compiled engine with the float64 reference, at sizes where the
 * kernels behave differently: tiles that overlap, channels that fill no vector, chunks of one and several images,
 * Winograd's and the direct loops. A program that computes no convolution's gradient and changes no variable may take
 * Winograd's larger tiles, which round worse.
 */
import { test } from "node:test";
import { absolute, assertClose, ofLargest } from "../../test/closeness.js";
import { gradients } from "../autograd/gradients.js";
import type { Node, VariableNode } from "../graph/node.js";
import { evaluate } from "../reference/reference.js";
import * as ops from "../ops/index.js";
import { asData, asVariable, fillInput, upstream } from "../reference/sample-inputs.js";
import { WasmEngine } from "../runtime/wasm-engine.js";

interface Case {
  readonly x: readonly [number, number, number, number];
  readonly outputs: number;
  readonly kernel: readonly [number, number];
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  readonly groups?: number;
}

const cases: Case[] = [
  { x: [1, 8, 4, 5], outputs: 8, kernel: [3, 3] },
  { x: [3, 8, 7, 6], outputs: 12, kernel: [3, 3] },
  { x: [2, 9, 5, 8], outputs: 10, kernel: [3, 3] },
  { x: [2, 10, 6, 6], outputs: 9, kernel: [3, 3] },
  { x: [20, 8, 6, 8], outputs: 16, kernel: [3, 3] },
  { x: [35, 16, 5, 4], outputs: 8, kernel: [3, 3] },
  { x: [2, 12, 24, 14], outputs: 20, kernel: [3, 3] },
  { x: [2, 16, 9, 9], outputs: 32, kernel: [3, 3], padding: 1 },
  { x: [1, 32, 3, 3], outputs: 16, kernel: [3, 3], padding: 1 },
  { x: [2, 8, 3, 40], outputs: 8, kernel: [3, 3], padding: 2 },
  // Rows of many tiles go in groups; here the last tile is a group of its own and overlaps the one before.
  { x: [1, 8, 6, 228], outputs: 8, kernel: [3, 3] },
  { x: [1, 8, 8, 126], outputs: 8, kernel: [3, 3] },
  // The same on the way out, where more channels make smaller groups.
  { x: [1, 8, 9, 52], outputs: 64, kernel: [3, 3] },
  { x: [2, 8, 9, 9], outputs: 8, kernel: [3, 3], stride: 2, padding: 1 },
  { x: [2, 8, 9, 9], outputs: 8, kernel: [3, 3], dilation: 2 },
  { x: [17, 1, 9, 7], outputs: 8, kernel: [3, 3] },
  { x: [2, 3, 8, 8], outputs: 6, kernel: [5, 2], padding: 3 },
  { x: [33, 32, 5, 5], outputs: 10, kernel: [1, 1] },
  { x: [2, 6, 5, 5], outputs: 1, kernel: [1, 1] },
  { x: [2, 12, 6, 6], outputs: 24, kernel: [3, 3], groups: 3, padding: 1 },
  { x: [18, 8, 6, 5], outputs: 8, kernel: [3, 3], groups: 8 },
  { x: [2, 6, 6, 5], outputs: 6, kernel: [3, 3], groups: 6, stride: 2 },
  { x: [2, 6, 5, 5], outputs: 9, kernel: [2, 2], groups: 3 },
  // Channels that are multiples of 4 and too few for Winograd's loops; a row of more than one tile.
  { x: [2, 8, 6, 7], outputs: 4, kernel: [3, 3] },
  { x: [3, 4, 4, 19], outputs: 8, kernel: [3, 3], padding: 1 },
  { x: [2, 8, 5, 5], outputs: 12, kernel: [1, 1] },
  { x: [2, 4, 8, 7], outputs: 6, kernel: [3, 3], stride: 2, padding: 1 },
  { x: [2, 3, 7, 8], outputs: 4, kernel: [3, 3], dilation: 2 },
  { x: [2, 6, 5, 5], outputs: 4, kernel: [3, 3], groups: 2, padding: 1 },
  { x: [2, 8, 6, 5], outputs: 8, kernel: [3, 3], groups: 8, padding: 1 },
  { x: [2, 9, 4, 3], outputs: 6, kernel: [1, 1], groups: 3 },
];

const engines = [
  new WasmEngine({ threads: 1, numerics: "fast", profile: false }),
  new WasmEngine({ threads: 1, numerics: "strict", profile: false }),
  new WasmEngine({ threads: 3, numerics: "fast", profile: false }),
];

function titleOf({ x, outputs, kernel, ...rest }: Case): string {
  return `[${x.join()}] → ${outputs}, ${kernel.join("×")} ${JSON.stringify(rest)}`;
}

for (const one of cases) {
  test(titleOf(one), () => {
    const { x, outputs, kernel, stride = 1, padding = 0, dilation = 1, groups = 1 } = one;
    const name = titleOf(one);
    const input = asVariable(fillInput(x, `${name} x`));
    const weight = asVariable(fillInput([outputs, x[1] / groups, ...kernel], `${name} w`));
    const bias = asVariable(fillInput([outputs], `${name} b`));
    const pair = (n: number): [number, number] => [n, n];
    const attrs = { stride: pair(stride), padding: pair(padding), dilation: pair(dilation), groups };
    const convolved = (image: Node): Node =>
      ops.add(ops.conv2d(image, weight, attrs), ops.reshape(bias, [1, outputs, 1, 1]));
    const y = convolved(input);
    // Only a program that reads data keeps transformed weights.
    const ofData = convolved(asData(fillInput(x, `${name} x`)));
    const all = gradients(y, asData(upstream(name, y.shape)));
    const nodes = [y, ...[input, weight, bias].map((leaf) => all.get(leaf)!)];
    const expected = evaluate(nodes);
    const whats = ["result", "input's gradient", "weights' gradient", "bias's gradient"];
    const counter = asVariable(fillInput([1], `${name} counter`));
    const update = { variable: (counter as VariableNode).attrs.variable, value: ops.add(counter, ops.constant(1)) };
    for (const [kind, { asked, updates, tolerance }] of Object.entries({
      training: { asked: nodes, updates: [update], tolerance: 3e-6 },
      gradients: { asked: nodes, updates: [], tolerance: 3e-6 },
      "the input's gradient alone": { asked: [nodes[1]!], updates: [], tolerance: 3e-6 },
      evaluation: { asked: [ofData], updates: [], tolerance: 1e-5 },
    })) {
      for (const engine of engines) {
        engine
          .prepare(asked, updates)()
          .forEach((actual, i) => {
            const which = Math.max(0, nodes.indexOf(asked[i]!));
            const { data } = expected[which]!;
            assertClose(actual, data, ofLargest(tolerance), `${kind}, ${whats[which]}`);
          });
      }
    }
  });
}

for (const kernel of [1, 3]) {
  for (const axis of [2, 3]) {
    test(`images that are computed and then flipped along axis ${axis}: ${kernel}×${kernel}`, () => {
      const name = `turned ${kernel} ${axis}`;
      const x = asVariable(fillInput([3, 8, 9, 7], `${name} x`));
      const weight = asVariable(fillInput([8, 8, kernel, kernel], `${name} w`));
      const turned = ops.flip(ops.relu(x), [axis]);
      const y = ops.conv2d(turned, weight, { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 });
      const all = gradients(y, asData(upstream(name, y.shape)));
      const nodes = [y, all.get(x)!, all.get(weight)!];
      const expected = evaluate(nodes);
      for (const engine of engines) {
        engine
          .prepare(nodes, [])()
          .forEach((actual, i) => assertClose(actual, expected[i]!.data, absolute(1e-4), `result ${i}`));
      }
    });
  }
}

test("a bias that is a sum of variables", () => {
  const name = "summed bias";
  const x = asData(fillInput([2, 3, 6, 6], `${name} x`));
  const [weight, terms] = [asVariable(fillInput([4, 3, 3, 3], `${name} w`)), asVariable(fillInput([1, 4, 1, 5], name))];
  const convolved = ops.conv2d(x, weight, { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 });
  const y = ops.add(convolved, ops.sum(terms, [3]));
  const [expected] = evaluate([y]);
  for (const engine of engines) {
    const [actual] = engine.prepare([y], [])();
    assertClose(actual!, expected!.data, absolute(1e-5));
  }
});

for (const height of [1, 2, 3]) {
  test(`1×1 convolutions of images of ${height} rows that do not follow each other, because they lie inside a border`, () => {
    const name = `${height} rows inside a border`;
    const image = ops.relu(asVariable(fillInput([2, 8, height, 5], `${name} x`)));
    const padded = ops.pad(image, { before: [0, 0, 1, 1], after: [0, 0, 1, 1], interior: [0, 0, 0, 0], value: 7 });
    const weight = asVariable(fillInput([8, 8, 1, 1], `${name} w`));
    const y = ops.conv2d(image, weight, { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 });
    const nodes = [y, ops.exp(padded)];
    const expected = evaluate(nodes);
    for (const engine of engines) {
      engine
        .prepare(nodes, [])()
        .forEach((actual, i) =>
          assertClose(actual, expected[i]!.data, (value) => 1e-5 * Math.abs(value) + 1e-6, `result ${i}`),
        );
    }
  });
}
