import assert from "node:assert/strict";
import { test } from "node:test";
import { health, progress, testSign } from "../../../test/advice/sign-cases.js";
import { adviseTraining } from "../training-advice.js";
import { sign } from "./dead-relus.js";

testSign(sign, [
  {
    what: "half of a layer",
    said: [progress([health([[0, 16], [100, 200]])]), ["dead ReLUs"]], // prettier-ignore
    spared: [progress([health([[0, 16], [99, 200]])]), []], // prettier-ignore
  },
]);

test("dead ReLUs: one channel is not called 1 channels", () => {
  const text = (dead: number, units: number) => adviseTraining(progress([health([[dead, units]])]))[0]!.text;
  assert.match(text(1, 1), /^the only channel of ReLU 1 of 1 is zero for every image/);
  assert.match(text(1, 2), /^1 of the 2 channels of ReLU 1 of 1 is zero for every image/);
  assert.match(text(2, 2), /^2 of the 2 channels of ReLU 1 of 1 are zero for every image/);
});
