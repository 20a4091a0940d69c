/** Every elementwise op and maximum on random mixtures of NaN, infinities, zeros and huge numbers, against the reference. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkRandomly } from "../../test/random-checks.js";
import type { Node } from "../graph/node.js";
import { applyOp, registry } from "../graph/op.js";
import { sizeOf, type Shape } from "../graph/shape.js";
import * as ops from "../ops/index.js";
import { evaluate } from "../reference/reference.js";
import { WasmEngine } from "./wasm-engine.js";

const engine = new WasmEngine({ threads: 1, numerics: "fast", profile: false });
const special = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -2.5, 3, 88, -104, 2 ** 127, -(2 ** 127), 2 ** -126];

/** Equal, both NaN, or close. What float32 cannot hold is infinite, and next to 0 some functions are 0. */
function isSame(found: number, exact: number): boolean {
  const expected = Math.fround(exact);
  if (Object.is(found, expected) || found === expected) return true;
  return Number.isFinite(expected) && Math.abs(found - expected) <= 4e-6 * Math.abs(expected) + 2 ** -125;
}

function compare(node: Node): void {
  const [found] = engine.prepare([node], [])();
  const exact = evaluate([node])[0]!.data;
  exact.forEach((expected, i) => {
    if (!isSame(found![i]!, expected))
      assert.fail(`${node.op.name}: element ${i} is ${found![i]}, expected ${expected}`);
  });
}

const elements = fc.array(fc.constantFrom(...special), { minLength: 24, maxLength: 24 });
const cases = fc.record({
  shape: fc.constantFrom<Shape>([24], [2, 12], [2, 3, 4], [1, 4, 2, 3], [8, 3]),
  contents: fc.tuple(elements, elements, elements),
  broadcast: fc.boolean(),
});

function inputsOf(shape: Shape, contents: readonly (readonly number[])[], broadcast: boolean): Node[] {
  return contents.map((values, i) => {
    const own = broadcast && i > 0 ? shape.map((size, axis) => (axis === 0 ? 1 : size)) : shape;
    return ops.data(Float32Array.from(values.slice(0, sizeOf(own))), own, "float32");
  });
}

for (const op of registry.values()) {
  const sample = op.samples.find(({ inputs }) =>
    inputs.every((input) => !("dtype" in input) || input.dtype !== "int32"),
  );
  // A power of 2^±127 has no relative error to speak of: the exponent multiplies that of the logarithm.
  if (op.lowering.kind !== "elementwise" || !sample || op.name === "pow") continue;
  test(`special values: ${op.name}`, () => {
    const property = fc.property(cases, ({ shape, contents, broadcast }) => {
      compare(applyOp(op, inputsOf(shape, contents.slice(0, sample.inputs.length), broadcast), sample.attrs));
    });
    checkRandomly(property, 30);
  });
}

for (const [name, reduce] of Object.entries({ amax: ops.amax, amin: ops.amin })) {
  test(`special values: ${name} over any axes`, () => {
    const property = fc.property(cases, fc.nat(), ({ shape, contents }, choice) => {
      const axes = shape.flatMap((_, axis) => ((choice >> axis) & 1 ? [axis] : []));
      compare(reduce(inputsOf(shape, contents, false)[0]!, axes));
    });
    checkRandomly(property, 60);
  });
}

test("special values: argmax along any axis", () => {
  const property = fc.property(cases, fc.nat(), ({ shape, contents }, choice) => {
    compare(ops.argmax(inputsOf(shape, contents, false)[0]!, choice % shape.length));
  });
  checkRandomly(property, 60);
});
