import assert from "node:assert/strict";
import { test } from "node:test";
import { suggestLr, type RangePoint } from "./lr-range-test.js";

/** Flat to 0.001, falling to 1, rising to 10: 20 points for a factor of ten. */
const points: RangePoint[] = Array.from({ length: 101 }, (_, i) => {
  const log = -4 + i / 20;
  const loss = log < -3 ? 2 : log <= 0 ? 2 - ((log + 3) / 3) ** 2 : 1 + 4 * log;
  return { lr: 10 ** log, loss, smoothed: loss };
});

test("close to the explosion a tenth of the rate with the lowest loss", () => {
  const { lr, lowest, steepest, exploded } = suggestLr(points);
  assert.ok(Math.abs(lowest - 1) < 1e-9);
  assert.ok(steepest > 0.5 && steepest < 1, String(steepest));
  assert.equal(lr, lowest / 10);
  assert.equal(exploded, true);
  assert.equal(suggestLr(points.slice(0, 70)).exploded, false);
});

test("in a flat valley the rate of the steepest fall, wherever the lowest loss lies", () => {
  // Flat to 0.01, falling to 0.1, then flat but for one place.
  const valley = (place: number): RangePoint[] =>
    points.map(({ lr }, i) => {
      const loss = lr < 0.01 ? 2 : lr < 0.1 ? 2 - Math.log10(lr / 0.01) ** 2 : 1;
      return { lr, loss, smoothed: i === place ? 0.99 * loss : loss };
    });
  const [early, late] = [suggestLr(valley(88)), suggestLr(valley(98))];
  assert.ok(late.lowest > 3 * early.lowest);
  assert.ok(early.lr > 0.05 && early.lr < 0.1);
  assert.equal(early.lr, early.steepest);
  assert.equal(late.lr, early.lr);
});

test("losses that are no numbers are left out, and too few are refused", () => {
  const broken = points.map((point) => (point.lr > 2 ? { ...point, smoothed: NaN } : point));
  assert.deepEqual(suggestLr(broken), suggestLr(points.filter(({ lr }) => lr <= 2).concat(broken.slice(-1))));
  assert.throws(
    () => suggestLr(points.slice(0, 12)),
    /the loss explodes too early to see a curve; expected more than 12/,
  );
});
