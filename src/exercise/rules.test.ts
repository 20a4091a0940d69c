import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, type Measured } from "./rules.js";

const good: Measured = { correct: 9940, total: 10_000, parameters: 12_514, epochs: 19, fullyConnected: 0 };

test("a network that keeps all four rules", () => {
  assert.deepEqual(
    judge(good).map(({ shown, value, pass }) => [shown, value, pass]),
    [
      ["99.40 % (9940 of 10000)", 99.4, true],
      ["12,514", 12_514, true],
      ["19", 19, true],
      ["none", 0, true],
    ],
  );
});

test("one image is enough to be judged by", () => {
  const [accuracy] = judge({ ...good, correct: 1, total: 1 });
  assert.deepEqual([accuracy!.shown, accuracy!.pass], ["100.00 % (1 of 1)", true]);
});

for (const [index, broken, shown] of [
  [0, { correct: 9939 }, "99.39 % (9939 of 10000)"],
  [0, { correct: 994, total: 1001 }, "99.30 % (994 of 1001)"],
  [0, { correct: 0, total: 0 }, "NaN % (0 of 0)"],
  [1, { parameters: 20_000 }, "20,000"],
  [2, { epochs: 20 }, "20"],
  [3, { fullyConnected: 2 }, "2"],
] as const) {
  test(`the rule "${judge(good)[index]!.rule}" fails for ${JSON.stringify(broken)}`, () => {
    const verdicts = judge({ ...good, ...broken });
    assert.deepEqual(
      verdicts.map(({ pass }) => pass),
      [0, 1, 2, 3].map((i) => i !== index),
    );
    assert.equal(verdicts[index]!.shown, shown);
  });
}
