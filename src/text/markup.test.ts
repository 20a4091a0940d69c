import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeMarkup } from "./markup.js";

test("what markup gives a meaning is escaped", () =>
  assert.equal(escapeMarkup(`<a b="c" d='e'>&amp;`), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;"));

test("control characters are replaced, but for tabs and line ends", () =>
  assert.equal(escapeMarkup("a\u0000b\tc\u001b\r\n"), "a\ufffdb\tc\ufffd\r\n"));
