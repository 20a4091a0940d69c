import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { testOneFileEach } from "../../../test/one-file-each.js";
import { adviceRules } from "./index.js";

testOneFileEach({
  folder: "src/advice/rules",
  names: adviceRules.map(({ name }) => name),
  pins: /^testRule\(rule, /m,
  how: "test the rule on networks for and against it with testRule of test/advice/rule-cases.ts",
});

test("docs/inspect.md has a row for every rule", () => {
  const text = fs.readFileSync(new URL("../../../docs/inspect.md", import.meta.url), "utf8");
  for (const { name, meaning } of adviceRules) {
    const row = `| ${name} | ${meaning} |`;
    assert.ok(text.includes(`${row}\n`), `the table in docs/inspect.md needs the row: ${row}`);
  }
});
