/**
 * Random graphs, compiled, against the float64 reference: values and gradients. Inputs are small whole numbers, and a
 * step whose result is not a multiple of an eighth is left out, so that every sum and product is exact in float32 and
 * the results must be equal, not only near: a wrong element cannot hide behind a tolerance, and no rounding carries a
 * value across a step of floor or to the other side of a comparison.
 *
 * Kept out on purpose, as they are known to differ and are dealt with elsewhere: NaN in maxima, the gradient of clamp at
 * its bounds, and long float32 sums. Whole numbers beyond 2 to the 24th are in random-integers.test.ts.
 */
import { test } from "node:test";
import fc from "fast-check";
import { absolute } from "../../test/closeness.js";
import { compareEngines } from "../../test/engine-checks.js";
import { checkRandomly } from "../../test/random-checks.js";
import { gradients } from "../autograd/gradients.js";
import { topologicalOrder, type Dtype, type Node } from "../graph/node.js";
import { sizeOf } from "../graph/shape.js";
import * as ops from "../ops/index.js";
import { areMultiples, grain, grow, magnitudesOf } from "../reference/random-graph.js";
import { builders } from "../reference/random-steps.js";
import { asData, asVariable, fillInput } from "../reference/sample-inputs.js";

const shapes = fc.array(fc.constantFrom(1, 2, 3, 4, 5, 8), { maxLength: 4 }).filter((shape) => sizeOf(shape) <= 200);
const inputs = fc.array(
  fc.record({ shape: shapes, dtype: fc.constantFrom<Dtype>("float32", "float32", "int32"), fill: fc.nat(9999) }),
  { minLength: 1, maxLength: 3 },
);
const steps = fc.array(
  fc.record({
    op: fc.constantFrom(...Object.keys(builders)),
    x: fc.nat(30),
    y: fc.nat(30),
    more: fc.tuple(fc.nat(63), fc.nat(63), fc.nat(63)),
  }),
  { minLength: 1, maxLength: 9 },
);

/**
 * How far results may be off. Nothing, unless something divides (the gradient of a maximum, among those that tie) or
 * gradients have become so large or so fine that float32 rounds their sums of products: then as far as rounding each
 * term of the largest sum can bring them.
 */
function toleranceOf(roots: readonly Node[]): number {
  const order = topologicalOrder(roots);
  const most = Math.max(...magnitudesOf(order).values());
  const unit = [1, grain, grain ** 2].find((unit) => areMultiples(order, unit));
  return unit !== undefined && most <= Math.min(2 ** 17, unit ** 2 * 2 ** 24) ? 0 : 1e-5 * most;
}

test("random graphs of views, broadcasts, sums, maxima, comparisons and products: values and gradients equal the reference's", () => {
  const property = fc.property(inputs, steps, fc.boolean(), (given, steps, asLeaves) => {
    const leaves = given.map(({ shape, dtype, fill }) => {
      const whole = fillInput({ shape, range: [-3, 4], dtype: "int32" }, `random graphs ${fill}`);
      const input = dtype === "int32" ? whole : { ...whole, dtype, values: Float32Array.from(whole.values) };
      return asLeaves ? asData(input) : asVariable(input);
    });
    const nodes = grow(leaves, steps);
    const results = nodes.slice(-3);
    const root = results.findLast(({ requiresGrad }) => requiresGrad);
    if (root) {
      const { shape, values } = fillInput({ shape: root.shape, range: [-2, 3], dtype: "int32" }, "upstream");
      const all = gradients(root, ops.data(Float32Array.from(values), shape, "float32"));
      results.push(...leaves.flatMap((leaf) => all.get(leaf) ?? []));
    }
    const tolerance = absolute(toleranceOf(results));
    compareEngines(results, () => tolerance);
  });
  checkRandomly(property, 100);
});
