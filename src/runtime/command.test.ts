import assert from "node:assert/strict";
import { test } from "node:test";
import { globals } from "../compiler/calling-convention.js";
import { command, commandWords } from "./command.js";

test("every word holds one thing, and the globals come last, with a word for each", () => {
  const words = Object.values(command);
  assert.equal(new Set(words).size, words.length);
  assert.equal(Math.max(...words), command.globals);
  assert.equal(commandWords, command.globals + globals.length);
});
