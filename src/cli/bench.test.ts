/** `kilograd bench`: what it prints, and what it refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram } from "./program.js";

async function run(...words: string[]): Promise<{ status: number; out: string; err: string }> {
  const [out, err]: string[][] = [[], []];
  const status = await runProgram(words, {
    stdout: { write: (text) => out!.push(text) },
    stderr: { write: (text) => err!.push(text) },
    onInterrupt: () => () => undefined,
  });
  return { status, out: out!.join(""), err: err!.join("") };
}

test("bench prints the speed, and with --profile each kernel and what is lost", async () => {
  const { status, out } = await run("bench", "--batch-size", "2", "--steps", "3", "--threads", "1", "--profile");
  assert.equal(status, 0);
  assert.match(out, /^\d+\.\d\d ms a step of 2 images: \d+\.\d it\/s, \d+ images\/s\n/);
  assert.match(out, /^ *thread 0 +share {2}milliseconds a step$/m);
  assert.match(out, /% {2}stage +\d+: conv2d 3×3 16→32 22×22, Winograd$/m);
  assert.match(out, /% {2}outside the program: JavaScript\n$/);
});

for (const [option, value] of [
  ["--batch-size", "0"],
  ["--input", "1,x,28"],
  ["--threads", "1.5"],
  ["--steps", ""],
]) {
  test(`${option} ${JSON.stringify(value)} is refused`, async () => {
    const { status, err } = await run("bench", option!, value!);
    assert.equal(status, 2);
    assert.match(err, new RegExp(`^kilograd: ${option}: not a count; expected a whole number from 1 to 1000000`));
  });
}
