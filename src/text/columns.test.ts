import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsOf, cutToColumns } from "./columns.js";

const widths: readonly (readonly [text: string, columns: number])[] = [
  ["", 0],
  ["loss=0.1 — ½", 12],
  ["日本語", 6],
  ["한국어", 6],
  ["\u1112\u1161\u11ab", 2],
  ["ｶﾅ", 2],
  ["ＡＢ", 4],
  ["é", 1],
  ["e\u0301", 1],
  ["👍", 2],
  ["👍🏽", 2],
  ["👩‍👩‍👧", 2],
  ["🇩🇪", 2],
  ["❤", 1],
  ["❤️", 2],
  ["1️⃣", 2],
  ["a\u200bb", 2],
  ["\u00ad", 1],
  ["न\u094d", 1],
  ["\x1b[1;31mred\x1b[0m", 3],
  ["\r\n", 0],
  ["█▏", 2],
];
for (const [text, columns] of widths) {
  test(`${JSON.stringify(text)} takes ${columns} columns`, () => assert.equal(columnsOf(text), columns));
}

test("a text is cut before the character that does not fit, and colours end with it", () => {
  assert.equal(cutToColumns("日本語", 6), "日本語");
  assert.equal(cutToColumns("日本語", 5), "日本");
  assert.equal(cutToColumns("e\u0301e\u0301", 1), "e\u0301");
  assert.equal(cutToColumns("👩‍👩‍👧👍", 3), "👩‍👩‍👧");
  assert.equal(cutToColumns("\x1b[31mred", 2), "\x1b[31mre\x1b[0m");
  assert.equal(cutToColumns("", 0), "");
});
