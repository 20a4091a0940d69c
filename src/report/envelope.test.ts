import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertCloseTo } from "../../test/closeness.js";
import { Envelope } from "./envelope.js";

test("a short curve stays as it is", () => {
  const envelope = new Envelope(4);
  [3, 1, 2].forEach((value, i) => envelope.add(i + 1, value));
  assert.deepEqual(
    envelope.spans().map(({ first, last, mean }) => [first, last, mean]),
    [
      [1, 1, 3],
      [2, 2, 1],
      [3, 3, 2],
    ],
  );
});

test("a million values become a bounded number of spans that lose no peak and no mean", () => {
  const envelope = new Envelope(100);
  const count = 1_000_000;
  for (let i = 1; i <= count; i++) envelope.add(i, i === 777_777 ? 1000 : i === 5 ? -1000 : 1);
  const spans = envelope.spans();
  assert.ok(spans.length > 50 && spans.length <= 100, String(spans.length));
  assert.equal(Math.max(...spans.map(({ high }) => high)), 1000);
  assert.equal(Math.min(...spans.map(({ low }) => low)), -1000);
  const total = spans.reduce((sum, { mean, first, last }) => sum + mean * (last - first + 1), 0);
  assertCloseTo(total, count - 2, absolute(1e-3));
  spans.forEach(({ first }, i) => assert.equal(first, i === 0 ? 1 : spans[i - 1]!.last + 1));
});

test("values that are not finite are counted and left out", () => {
  const envelope = new Envelope(2);
  [NaN, NaN, 4, Infinity, 2, 2].forEach((value, i) => envelope.add(i, value));
  const spans = envelope.spans();
  assert.deepEqual(
    spans.map(({ low, high, mean, missing }) => [low, high, mean, missing]),
    [
      [4, 4, 4, 3],
      [2, 2, 2, 0],
    ],
  );
});
