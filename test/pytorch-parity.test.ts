/**
 * Compares the notebook on the real MNIST with PyTorch's (fixtures/exercise/notebook.py): the same seed gives the same
 * weights and shuffle, the same state gives the same loss and gradients, and the losses stay close as long as rounding
 * allows.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { absolute, assertClose, assertCloseTo, relative } from "./closeness.js";
import { jsonFixture } from "./fixtures.js";
import { DataLoader } from "../src/entries/data.js";
import { configure, F, manualSeed, type HostArray } from "../src/entries/index.js";
import { firstBatches, makeNotebook, trainStep } from "./notebook.js";

interface Fixture {
  /** The values for each parameter, in the order of `parameters()`. */
  readonly weights: readonly { readonly shape: readonly number[]; readonly sha256: string }[];
  readonly shuffle: { readonly first: readonly number[]; readonly sha256: string };
  readonly losses: Readonly<Record<"float32" | "float64", readonly number[]>>;
  /** The gradients of the first step, for each parameter. */
  readonly gradients: readonly string[];
}
const fixture = jsonFixture<Fixture>("exercise/notebook.json");

function sha256(elements: HostArray): string {
  return createHash("sha256").update(new Uint8Array(elements.buffer)).digest("hex");
}

function largest(elements: Float32Array): number {
  return elements.reduce((top, element) => Math.max(top, Math.abs(element)), 0);
}

test("after manualSeed(1) the weights and the first shuffle equal PyTorch's, to the bit", () => {
  const order: number[] = [];
  const images = { length: 60_000, get: (index: number) => index, batch: (indices: readonly number[]) => indices };
  manualSeed(1);
  const { model } = makeNotebook();
  const weights = [...model.parameters()].map((weight) => ({ shape: weight.shape, sha256: sha256(weight.data()) }));
  assert.deepEqual(weights, fixture.weights);

  // A loader draws nothing until it is iterated, so this one's shuffle is the notebook's first.
  for (const indices of new DataLoader(images, { batchSize: 32, shuffle: true })) order.push(...indices);
  assert.deepEqual(order.slice(0, 32), fixture.shuffle.first);
  assert.equal(sha256(Int32Array.from(order)), fixture.shuffle.sha256);
});

for (const numerics of ["fast", "strict"] as const) {
  test(`${numerics}: the first step's loss and every gradient equal PyTorch's, within 1e-5 of the largest`, () => {
    configure({ numerics });
    manualSeed(1);
    const { trainLoader, model } = makeNotebook();
    const [batch] = [...firstBatches(trainLoader, 1)];
    const loss = F.nllLoss(model(batch![0]), batch![1]);
    loss.backward();
    assertCloseTo(loss.item(), fixture.losses.float64[0]!, relative(1e-5), "the loss");

    const expected = fixture.gradients.map(
      (text) => new Float32Array(Uint8Array.from(Buffer.from(text, "base64")).buffer),
    );
    const largestOfAll = Math.max(...expected.map(largest));
    [...model.namedParameters()].forEach(([name, { grad }], k) => {
      const gradient = grad!.data();
      const right = expected[k]!;
      // The bias of a convolution before a batch norm has no effect, so its gradient is only rounding error.
      const scale = largest(right) < 1e-12 ? largestOfAll : largest(right);
      assertClose(gradient, right, absolute(1e-5 * scale), name);
    });
  });
}

test("the first 20 losses follow PyTorch's within 5e-4, the first 100 within 5e-2", () => {
  configure({ numerics: "fast" });
  manualSeed(1);
  const notebook = makeNotebook();
  const losses = [...firstBatches(notebook.trainLoader, 100)].map((batch) => trainStep(notebook, batch).item());
  for (const [kind, expected] of Object.entries(fixture.losses)) {
    expected.forEach((right, step) => {
      assertCloseTo(losses[step]!, right, relative(step < 20 ? 5e-4 : 5e-2), `${kind}: the loss of step ${step}`);
    });
  }
});
