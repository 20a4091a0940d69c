/** `kilograd bench`: what it prints, and what it rejects. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { kilograd } from "../../../test/terminal.js";

test("bench prints the speed, and with --profile the time of each kernel and of waiting", async () => {
  const { status, stdout } = await kilograd("bench --batch-size 2 --steps 3 --threads 1 --profile".split(" "));
  assert.equal(status, 0);
  assert.match(stdout, /^\d+\.\d\d ms per step of 2 images: \d+\.\d it\/s, \d+ images\/s\n/);
  assert.match(stdout, /^ *thread 0 +share {2}milliseconds per step$/m);
  assert.match(stdout, /% {2}stage +\d+: conv2d 3×3 16→32 22×22, Winograd$/m);
  assert.match(stdout, /% {2}outside the compiled program: JavaScript\n$/);
});

for (const [option, value] of [
  ["--batch-size", "0"],
  ["--input", "1,x,28"],
  ["--threads", "1.5"],
  ["--steps", ""],
]) {
  test(`${option} ${JSON.stringify(value)} is rejected`, async () => {
    const { status, stderr } = await kilograd(["bench", option!, value!]);
    assert.equal(status, 2);
    assert.match(stderr, new RegExp(`^kilograd: ${option}: invalid value; expected an integer from 1 to 1000000`));
  });
}
