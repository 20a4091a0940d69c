/**
 * Checks every op on its samples: the gradient graph against finite differences of the float64 reference, values and
 * gradients against PyTorch, and composites against their component ops.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertClose, ofLargest } from "../../test/closeness.js";
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

/** The case's result in float64 for these inputs. */
function valueOf(sample: SampleCase, inputs: readonly FilledInput[] = sample.inputs): Float64Array {
  return evaluate([sample.build(inputs.map(asData))])[0]!.data;
}

/** The gradient of each input (null if there is none) for the case's result weighted by upstream(). */
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

// Finite differences ----------------------------------------------------------------------------------------------

/** The error of a central difference grows with the square of the step, and rounding errors with its inverse. */
const step = 2 ** -16;
/** In a large input, only this many elements are varied; the fixtures compare all of them. */
const mostMoved = 48;

function moved(input: FilledInput, at: number, by: number): FilledInput {
  const values = Float64Array.from(input.values);
  values[at]! += by;
  // The reference computes in float64 even if its leaves hold float32, so a step may be finer than float32.
  return { ...input, values: values as unknown as HostArray };
}

/** d/dx of Σ upstream · result, for some elements of one input. */
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
        assertClose(found, numeric, ofLargest(1e-7, 1), `input ${which}`);
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

/** An answer to an older question does not count. */
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
      assertClose(valueOf(sample), asNumbers(answer.value), ofLargest(1e-8, 1), "value");
      const found = gradientsOf(sample);
      for (const [i, input] of sample.inputs.entries()) {
        // Where PyTorch has no gradient, kilograd may have zeros, and vice versa.
        const expected = asNumbers(answer.gradients?.[i] ?? Array.from(input.values, () => 0));
        assertClose(found[i] ?? expected.map(() => 0), expected, ofLargest(1e-7, 1), `gradient ${i}`);
      }
    });
  }

  test("every recorded answer belongs to a sample", () => {
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
    test(`${op.name} equals the composition of its ops`, () => {
      for (const sample of opCases().filter(({ name }) => name.split(" ")[0] === op.name)) {
        const node: Node<never> = sample.build(sample.inputs.map(asData)) as Node<never>;
        const parts = lowering.build(node.inputs, node.attrs);
        assert.deepEqual([parts.shape, parts.dtype], [node.shape, node.dtype]);
        const [whole, made] = evaluate([node, parts]);
        assertClose(made!.data, whole!.data, ofLargest(1e-6, 1), sample.name);
      }
    });
  }

  test("an op is defined once", () => {
    assert.throws(() => defineOp<unknown>(registry.get("add")!), /the op add is defined twice/);
  });
});
