import assert from "node:assert/strict";
import { test } from "node:test";
import { counted } from "./counted.js";

test("only one is singular", () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => counted(count, "channel")),
    ["0 channels", "1 channel", "2 channels"],
  );
  assert.equal(counted(3, "axis", "axes"), "3 axes");
});
