import assert from "node:assert/strict";
import { test } from "node:test";
import { croppedEpochs, croppedSize } from "./early-crop.js";

test("the last epoch always sees whole images", () => {
  assert.equal(croppedEpochs({ earlyCrop: { size: 2, epochs: 3 }, epochs: 5 }), 3);
  assert.equal(croppedEpochs({ earlyCrop: { size: 2, epochs: 5 }, epochs: 5 }), 4);
  assert.equal(croppedEpochs({ earlyCrop: { size: 2, epochs: 9 }, epochs: 1 }), 0);
  assert.equal(croppedEpochs({ earlyCrop: null, epochs: 5 }), 0);
});

test("images that are smaller are refused", () => {
  assert.deepEqual(croppedSize([3, 8, 6], { size: 6, epochs: 1 }), [3, 6, 6]);
  assert.throws(() => croppedSize([3, 8, 6], { size: 7, epochs: 1 }), {
    name: "ArgumentError",
    message: "earlyCrop.size: images [3,8,6] are smaller than the crop; expected at most 6, got 7.",
  });
});
