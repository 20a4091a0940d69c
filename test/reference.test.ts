/** The docs of the public names say what they must, and the reference is made of them without a warning. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gaps } from "../scripts/reference/documentation.js";
import { readSurface } from "../scripts/reference/public-names.js";

const surface = readSurface();

test("every public name is documented", (t) => {
  t.diagnostic(`${surface.names.length} public names`);
  assert.ok(surface.names.length > 1000, "the names have been found");
  assert.deepEqual(gaps(surface), []);
});
