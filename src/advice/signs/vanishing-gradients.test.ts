import assert from "node:assert/strict";
import { test } from "node:test";
import { health, numbersIn, progress, testSign } from "../../../test/advice/sign-cases.js";
import { adviseTraining } from "../training-advice.js";
import { sign } from "./vanishing-gradients.js";

testSign(sign, [
  {
    what: "a thousandth of the largest",
    said: [progress([health([], [0.00199, 2, 1])]), ["vanishing gradients"]],
    spared: [progress([health([], [0.002, 2, 1])]), []],
  },
]);

test("vanishing gradients: the text gives the share of the largest", () => {
  const [advice] = adviseTraining(progress([health([], [0.000246, 2])]));
  assert.ok(numbersIn(advice!.text).includes(0.00012), advice!.text);
});
