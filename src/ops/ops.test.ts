/**
 * The checks that hold for every op, from its samples: the gradient graph against finite differences of the float64
 * reference, values and gradients against PyTorch, and composites against the ops that they are made of.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Answers } from "../../test/answers.js";
import { jsonFixture } from "../../test/fixtures.js";
import { gradients } from "../autograd/gradients.js";
import type { HostArray, Node } from "../graph/node.js";
import { evaluate } from "../reference/reference.js";
import { defineOp, registry } from "../graph/op.js";
import {
  asData,
  asVariable,
  functionCases,
  opCases,
  torchRequest,
  upstream,
  type FilledInput,
  type SampleCase,
} from "../reference/sample-inputs.js";

const cases = [...opCases(), ...functionCases()];

/** The case's result in float64, with inputs given as they are. */
function valueOf(sample: SampleCase, inputs: readonly FilledInput[] = sample.inputs): Float64Array {
  return evaluate([sample.build(inputs.map(asData))])[0]!.data;
}

/** The gradient for each input (null where none flows) of the case's result weighted by upstream(). */
function gradientsOf(sample: SampleCase): (Float64Array | null)[] {
  const inputs = sample.inputs.map(asVariable);
  const root = sample.build(inputs);
  if (!root.requiresGrad) return inputs.map(() => null);
  const flows = gradients(root, asData(upstream(sample.name, root.shape)));
  return inputs.map((input) => {
    const flow = flows.get(input);
    if (!flow) return null;
    assert.deepEqual(flow.shape, input.shape, "a gradient has its input's shape");
    return evaluate([flow])[0]!.data;
  });
}

/** All within `tolerance` of the largest expected magnitude (at least 1); NaN and infinities in the same places. */
function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, `${what}: number of elements`);
  const finite = Array.from(expected).filter(Number.isFinite).map(Math.abs);
  const allowed = tolerance * finite.reduce((a, b) => Math.max(a, b), 1);
  for (let i = 0; i < expected.length; i++) {
    const same = Object.is(actual[i]! + 0, expected[i]! + 0) || Math.abs(actual[i]! - expected[i]!) <= allowed;
    assert.ok(same, `${what}: element ${i} is ${actual[i]}, expected ${expected[i]}, allowed distance ${allowed}`);
  }
}

// Finite differences ----------------------------------------------------------------------------------------------

/** A central difference is off by its square's size, and by rounding in float64 divided by it. */
const step = 2 ** -16;
/** Of a large input this many elements are moved; the fixtures compare all. */
const mostMoved = 48;

function moved(input: FilledInput, at: number, by: number): FilledInput {
  const values = Float64Array.from(input.values);
  values[at]! += by;
  // The reference computes in float64 whatever its leaves hold, so a step may be finer than float32.
  return { ...input, values: values as unknown as HostArray };
}

/** d/dx of Σ upstream · result, at some elements of one input. */
function centralDifferences(sample: SampleCase, which: number, at: readonly number[]): number[] {
  const weights = upstream(sample.name, sample.build(sample.inputs.map(asData)).shape).values;
  const total = (element: number, by: number): number => {
    const inputs = sample.inputs.map((input, i) => (i === which ? moved(input, element, by) : input));
    return valueOf(sample, inputs).reduce((sum, y, i) => sum + y * weights[i]!, 0);
  };
  return at.map((element) => (total(element, step) - total(element, -step)) / (2 * step));
}

describe("gradients equal finite differences of the reference", () => {
  for (const sample of cases) {
    if (sample.gradientCaveat || sample.build(sample.inputs.map(asData)).dtype !== "float32") continue;
    test(sample.name, () => {
      const analytic = gradientsOf(sample);
      for (const [which, input] of sample.inputs.entries()) {
        if (input.dtype !== "float32") continue;
        const every = Math.ceil(input.values.length / mostMoved);
        const at = Array.from({ length: Math.ceil(input.values.length / every) }, (_, i) => i * every);
        const numeric = centralDifferences(sample, which, at);
        const found = at.map((element) => analytic[which]?.[element] ?? 0);
        assertClose(found, numeric, 1e-7, `input ${which}`);
      }
    });
  }
});

// PyTorch ---------------------------------------------------------------------------------------------------------

interface TorchAnswer {
  readonly name: string;
  readonly digest: string;
  readonly shape: readonly number[];
  readonly value: readonly (number | string)[];
  readonly gradients?: readonly (readonly (number | string)[] | null)[];
}

/** An answer to an older question is none. */
const digests = new Map(
  cases.flatMap((sample) => (sample.torch === null ? [] : [[sample.name, torchRequest(sample).digest]])),
);
const recorded = jsonFixture<TorchAnswer[]>("ops/ops.json");
const answers = new Answers(
  Object.fromEntries(recorded.filter(({ name, digest }) => digests.get(name) === digest).map((one) => [one.name, one])),
  "node --import tsx fixtures/ops/op-samples.ts | python3 fixtures/ops/ops.py",
);
const asNumbers = (list: readonly (number | string)[]): number[] =>
  list.map((x) => (typeof x === "number" ? x : x === "nan" ? NaN : x === "inf" ? Infinity : -Infinity));

describe("values and gradients equal PyTorch's", () => {
  for (const sample of cases) {
    if (sample.torch === null) continue;
    test(sample.name, answers.needs(sample.name), () => {
      const answer = answers.get(sample.name);
      assert.deepEqual([...sample.build(sample.inputs.map(asData)).shape], answer.shape, "shape");
      assertClose(valueOf(sample), asNumbers(answer.value), 1e-8, "value");
      const found = gradientsOf(sample);
      for (const [i, input] of sample.inputs.entries()) {
        // PyTorch has no gradient where it does not matter; here it may be zeros, and the other way round.
        const expected = asNumbers(answer.gradients?.[i] ?? Array.from(input.values, () => 0));
        assertClose(found[i] ?? expected.map(() => 0), expected, 1e-7, `gradient ${i}`);
      }
    });
  }

  test("no answer is left over", () => {
    assert.deepEqual(
      recorded.flatMap(({ name }) => (digests.has(name) ? [] : [name])),
      [],
    );
  });
});

// Records ---------------------------------------------------------------------------------------------------------

describe("records", () => {
  for (const op of registry.values()) {
    if (op.lowering.kind === "leaf") continue;
    test(`${op.name} has samples`, () => assert.ok(op.samples.length > 0));
  }

  for (const op of registry.values()) {
    const { lowering } = op;
    if (lowering.kind !== "composite") continue;
    test(`${op.name} equals the ops that it is made of`, () => {
      for (const sample of opCases().filter(({ name }) => name.split(" ")[0] === op.name)) {
        const node: Node<never> = sample.build(sample.inputs.map(asData)) as Node<never>;
        const parts = lowering.build(node.inputs, node.attrs);
        assert.deepEqual([parts.shape, parts.dtype], [node.shape, node.dtype]);
        const [whole, made] = evaluate([node, parts]);
        assertClose(made!.data, whole!.data, 1e-6, sample.name);
      }
    });
  }

  test("an op is defined once", () => {
    assert.throws(() => defineOp<unknown>(registry.get("add")!), /the op add is defined twice/);
  });
});
