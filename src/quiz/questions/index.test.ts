/** What must hold for every question, whoever adds it. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { questions } from "./index.js";

const files = fs.readdirSync(new URL(".", import.meta.url));
const names = questions.map(({ name }) => name);

test("every question of the folder is in the list, once, under the name of its file", () => {
  const expected = files.filter((file) => !/^index\.|\.test\.ts$/.test(file)).map((file) => file.replace(/\.ts$/, ""));
  for (const name of expected) {
    assert.ok(names.includes(name), `src/quiz/questions/index.ts does not list the question of ${name}.ts`);
  }
  for (const name of names) {
    assert.ok(expected.includes(name), `the question ${name} must be in src/quiz/questions/${name}.ts`);
  }
  assert.equal(new Set(names).size, names.length, "two entries of the list have the same name");
});

for (const name of names) {
  test(`${name} has a pinned answer`, () => {
    const file = `${name}.test.ts`;
    const text = files.includes(file) ? fs.readFileSync(new URL(file, import.meta.url), "utf8") : "";
    assert.match(
      text,
      /^test(Number|Choice)\(question, /m,
      `src/quiz/questions/${file} must pin an answer that is worked out by hand, with testNumber or testChoice of test/quiz-answers.ts`,
    );
  });
}
