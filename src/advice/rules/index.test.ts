/** What must hold for every rule, whoever adds it. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { adviceRules } from "./index.js";

const files = fs.readdirSync(new URL(".", import.meta.url));
const names = adviceRules.map(({ name }) => name);

test("every rule of the folder is in the list, once, under the name of its file", () => {
  const expected = files.filter((file) => !/^index\.|\.test\.ts$/.test(file)).map((file) => file.replace(/\.ts$/, ""));
  for (const name of expected) {
    assert.ok(names.includes(name), `src/advice/rules/index.ts does not list the rule of ${name}.ts`);
  }
  for (const name of names) {
    assert.ok(expected.includes(name), `the rule ${name} must be in src/advice/rules/${name}.ts`);
  }
  assert.equal(new Set(names).size, names.length, "two entries of the list have the same name");
});

for (const name of names) {
  test(`${name} has cases for and against it`, () => {
    const file = `${name}.test.ts`;
    const text = files.includes(file) ? fs.readFileSync(new URL(file, import.meta.url), "utf8") : "";
    assert.match(
      text,
      /^testRule\(rule, /m,
      `src/advice/rules/${file} must test the rule with testRule of test/advice/rule-cases.ts`,
    );
  });
}
