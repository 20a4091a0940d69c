import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { namedMutations } from "./named-mutations.js";

for (const { name, file, find } of namedMutations) {
  test(`${name}: the code is where the mutation expects it`, () => {
    const text = fs.readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
    assert.equal(text.split(find).length - 1, 1, `${file} holds once: ${find}`);
  });
}
