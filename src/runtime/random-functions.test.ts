/** Functions of random views and types, compiled, against the float64 reference: values and gradients. */
import { test } from "node:test";
import fc from "fast-check";
import { compareEngines } from "../../test/engine-checks.js";
import { checkRandomly } from "../../test/random-checks.js";
import { gradients } from "../autograd/gradients.js";
import type { Dtype } from "../graph/node.js";
import * as ops from "../ops/index.js";
import { functions } from "../reference/random-functions.js";
import { laidOut, type Filling } from "../reference/random-views.js";
import { asData, fillInput } from "../reference/sample-inputs.js";

const small = (max: number) => fc.integer({ min: 1, max });
const layouts = fc.record({
  order: fc.constantFrom([0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]),
  step: small(3),
  flipped: fc.boolean(),
});
const dtypes = fc.constantFrom<Dtype>("float32", "float32", "int32");

/** Whole numbers, of which some are equal, include the upper bound, so that every range has some. */
const filling = ([low, high]: readonly [number, number], dtype: Dtype, whole: boolean): Filling =>
  whole || dtype === "int32"
    ? { range: [Math.ceil(low), Math.floor(high) + 1], dtype, whole: true }
    : { range: [low, high], dtype };

for (const [name, { of, ranges, error = 4e-6 }] of Object.entries(functions)) {
  const cases = fc.record({
    shape: fc.tuple(small(5), small(5), small(6)),
    layout: layouts,
    dtype: dtypes,
    /** Along which axes the second operand is broadcast, and how it lies in memory. */
    alike: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
    secondLayout: layouts,
    secondDtype: dtypes,
    whole: fc.boolean(),
    repeated: fc.boolean(),
    axis: fc.nat(3),
    fill: fc.nat(9999),
  });
  test(`random views: ${name}`, () => {
    const property = fc.property(cases, ({ shape, layout, dtype, alike, fill, whole, repeated, axis, ...second }) => {
      const [range, secondRange = [-2, 2]] = ranges;
      const x = laidOut(shape, layout, filling(range, dtype, whole), `functions ${fill}`);
      const y = laidOut(
        shape.map((size, axis) => (alike[axis] ? 1 : size)),
        second.secondLayout,
        filling(secondRange, second.secondDtype, whole),
        `second operands ${fill}`,
      );
      const operand = repeated ? ops.expand(x.view, [2, ...shape]) : x.view;
      const result = of(operand, y.view, axis % operand.shape.length);
      const upstream = asData(fillInput({ shape: result.shape, range: [-2, 2] }, `upstream ${fill}`));
      const all = result.requiresGrad ? gradients(result, upstream) : undefined;
      const found = [x.leaf, y.leaf].flatMap((leaf) => all?.get(leaf) ?? []);
      // Functions are good to some units of the last place, and gradients are made of several of them.
      compareEngines([result, ...found], () => (expected) => error * (Math.abs(expected) + 1));
    });
    checkRandomly(property, 8);
  });
}
