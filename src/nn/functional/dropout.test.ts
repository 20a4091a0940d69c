import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertClose, assertCloseTo } from "../../../test/closeness.js";
import { manualSeed } from "../../random/random.js";
import { setEngine } from "../../runtime/realize.js";
import { referenceEngine } from "../../reference/reference-engine.js";
import { full, ones, tensor } from "../../tensor/creation.js";
import { dropout, dropout2d } from "./dropout.js";

setEngine(referenceEngine);

test("drops about the share p and scales the rest by 1 / (1 − p)", () => {
  manualSeed(1);
  for (const p of [0.1, 0.25, 0.5, 0.9]) {
    const y = dropout(full([200, 100], 3), p).data();
    const kept = y.filter((value) => value !== 0);
    assertClose(
      kept,
      kept.map(() => 3 / (1 - p)),
      absolute(1e-5),
      `p ${p}: what is kept`,
    );
    // Five standard deviations of a binomial with 20,000 draws.
    const allowed = 5 * Math.sqrt((p * (1 - p)) / y.length);
    assertCloseTo(kept.length / y.length, 1 - p, absolute(allowed), `p ${p}: the part that is kept`);
  }
});

test("the gradient passes where the value did, with the same scale", () => {
  manualSeed(2);
  const x = tensor(new Float32Array(50).fill(2), [50], { requiresGrad: true });
  const y = dropout(x, 0.2);
  y.sum().backward();
  assert.deepEqual(x.grad!.tolist(), y.div(2).tolist());
});

test("the same seed gives the same mask, the next call another one", () => {
  const draw = (): unknown => dropout(ones([64])).tolist();
  manualSeed(3);
  const [first, second] = [draw(), draw()];
  manualSeed(3);
  assert.deepEqual(draw(), first);
  assert.notDeepEqual(second, first);
});

test("a mask is one of two keys, so the next step's graph has the same structure", () => {
  const structure = (): string => {
    const names: string[] = [];
    const walk = (node: ReturnType<typeof ones>["node"]): void => {
      names.push(`${node.op.name}${JSON.stringify(node.attrs)}`);
      node.inputs.forEach(walk);
    };
    walk(dropout(ones([8]), 0.3).node);
    return names.join(" ");
  };
  assert.equal(structure(), structure());
});

test("p 0, evaluation and p 1 are exact and draw nothing", () => {
  manualSeed(4);
  const expected = dropout(ones([64])).tolist();
  manualSeed(4);
  const x = tensor([1, 2, 3], [3], { requiresGrad: true });
  assert.equal(dropout(x, 0), x);
  assert.equal(dropout(x, 0.7, false), x);
  const nothing = dropout(x, 1);
  nothing.sum().backward();
  assert.deepEqual(nothing.tolist(), [0, 0, 0]);
  assert.deepEqual(x.grad!.tolist(), [0, 0, 0]);
  assert.deepEqual(dropout(ones([64])).tolist(), expected);
});

test("dropout2d drops whole channels of single images", () => {
  manualSeed(5);
  const y = dropout2d(ones([16, 8, 3, 2]), 0.5).data();
  const channels = Array.from({ length: 16 * 8 }, (_, c) => y.slice(c * 6, c * 6 + 6));
  assert.ok(channels.every((channel) => channel.every((value) => value === channel[0])));
  const kept = channels.filter((channel) => channel[0] === 2).length;
  assert.equal(kept + channels.filter((channel) => channel[0] === 0).length, channels.length);
  assert.ok(kept > 32 && kept < 96, `kept ${kept} of 128`);
});
