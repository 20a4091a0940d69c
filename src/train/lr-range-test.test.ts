import assert from "node:assert/strict";
import { test } from "node:test";
import { suggestLr, type RangePoint } from "./lr-range-test.js";

/** Flat to 0.001, falling to 1, rising to 10: 20 points for a factor of ten. */
const points: RangePoint[] = Array.from({ length: 101 }, (_, i) => {
  const log = -4 + i / 20;
  const loss = log < -3 ? 2 : log <= 0 ? 2 - ((log + 3) / 3) ** 2 : 1 + 4 * log;
  return { lr: 10 ** log, loss, smoothed: loss };
});

test("a tenth of the rate with the lowest loss; the steepest fall lies before it", () => {
  const { lr, lowest, steepest, exploded } = suggestLr(points);
  assert.ok(Math.abs(lowest - 1) < 1e-9);
  assert.ok(Math.abs(lr - 0.1) < 1e-9);
  assert.ok(steepest > 0.5 && steepest < 1, String(steepest));
  assert.equal(exploded, true);
  assert.equal(suggestLr(points.slice(0, 70)).exploded, false);
});

test("losses that are no numbers are left out, and too few are refused", () => {
  const broken = points.map((point) => (point.lr > 2 ? { ...point, smoothed: NaN } : point));
  assert.deepEqual(suggestLr(broken), suggestLr(points.filter(({ lr }) => lr <= 2).concat(broken.slice(-1))));
  assert.throws(
    () => suggestLr(points.slice(0, 12)),
    /the loss explodes too early to see a curve; expected more than 12/,
  );
});
