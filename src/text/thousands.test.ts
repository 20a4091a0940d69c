import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkRandomly } from "../../test/random-checks.js";
import { thousands } from "./thousands.js";

test("commas separate thousands, as in English", () => {
  checkRandomly(
    fc.property(fc.maxSafeInteger(), (n) => assert.equal(thousands(n), n.toLocaleString("en-US"))),
    100,
  );
  assert.deepEqual([0, -999, 1000, -12514, 1e6].map(thousands), ["0", "-999", "1,000", "-12,514", "1,000,000"]);
});
