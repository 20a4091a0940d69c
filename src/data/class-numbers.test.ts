import assert from "node:assert/strict";
import { test } from "node:test";
import { checkClassNumbers } from "./class-numbers.js";

const half = (
  targets: readonly number[],
  labels = "train-labels",
): Parameters<typeof checkClassNumbers>[0][number] => ({
  targets: Uint8Array.from(targets),
  files: { labels },
});
const upTo = (least: number, most: number): number[] => Array.from({ length: most - least + 1 }, (_, i) => least + i);
const times = (count: number, labels: readonly number[]): number[] =>
  Array.from({ length: count }, () => labels).flat();

const legitimate: Readonly<Record<string, readonly number[]>> = {
  "ten digits": upTo(0, 9),
  "letters from 1, as torchvision numbers EMNIST's": times(50, upTo(1, 26)),
  "three digits of ten": [7, 0, 9],
  "no zeros": upTo(1, 9),
  "one class": [0, 0, 0],
  "62 classes without some": upTo(0, 61).filter((label) => label % 3 > 0),
  "a rare class, with none left out below it": [...times(600, upTo(0, 9)), 10],
  "256 classes": upTo(0, 255),
};
for (const [what, labels] of Object.entries(legitimate)) {
  test(`accepted: ${what}`, () => checkClassNumbers([half(labels), half(labels.slice(0, 1))]));
}

const wrong: readonly (readonly [what: string, labels: readonly number[], problem: string])[] = [
  ["250 beside ten digits", [...upTo(0, 9), 250], "label 10 is class 250, but no image is of the classes 10 to 249"],
  ["black and white as bytes", [0, 255, 0], "label 1 is class 255, but no image is of the classes 1 to 254"],
  ["numbers from 100", upTo(100, 109), "label 0 is class 100, but no image is of the classes 1 to 99"],
  ["one label of thousands", [...times(200, upTo(0, 9)), 11], "label 2000 is class 11, but no image is of class 10"],
];
for (const [what, labels, problem] of wrong) {
  test(`refused: ${what}`, () => {
    const error = {
      name: "DataError",
      message: new RegExp(`^train-labels: ${problem}; expected classes .*Hint: mend`),
    };
    assert.throws(() => checkClassNumbers([half(labels), half([0], "t10k-labels")]), error);
  });
}

test("refused: classes that do not begin near 0", () => {
  assert.throws(() => checkClassNumbers([half(upTo(100, 109))]), { message: /no image is of the classes 0 to 99;/ });
});

test("a class that one half alone has is found in that half", () => {
  const halves = [half(upTo(0, 9)), half([3, 250], "t10k-labels")];
  assert.throws(() => checkClassNumbers(halves), { message: /^t10k-labels: label 1 is class 250/ });
});
