/** The examples run as a reader would run them, and the README shows tiny.ts as it is. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Standard output of `npx tsx examples/<name> …`. */
function run(name: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", `examples/${name}`, ...args], {
    cwd: root,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

test("tiny.ts learns", () => {
  const losses = [...run("tiny.ts").matchAll(/^step (\d+): loss (\S+)$/gm)].map(([, , loss]) => Number(loss));
  assert.equal(losses.length, 5);
  assert.ok(losses[0]! < 0.7 && losses[4]! < 0.02, `losses ${losses.join(", ")}`);
});

test("the README shows tiny.ts", () => {
  const code = fs.readFileSync(`${root}/examples/tiny.ts`, "utf8").replace(/^\/\*\*.*\*\/\n/, "");
  assert.ok(fs.readFileSync(`${root}/README.md`, "utf8").includes(`\`\`\`ts\n${code}\`\`\``));
});

test("notebook.ts prints the summary, the test line and the answers", () => {
  const lines = run("notebook.ts", "1", "3200").split("\n");
  assert.ok(lines.includes("            Conv2d-1            [-1, 8, 26, 26]              80"));
  assert.ok(lines.includes("Total params: 12,514"));
  const result = lines.map((line) => /^Test set: Average loss: (\S+), Accuracy: (\d+)\/3200 \((\S+)%\)$/.exec(line));
  const [, , correct] = result.find((match) => match !== null)!;
  assert.ok(Number(correct) > 1200, `${correct} of 3200 after 100 steps`);
  assert.deepEqual(lines.slice(-6, -1), [
    "Number of parameters: 12514",
    "Dropout used: false",
    "Batch normalisation used: true",
    "Fully connected layer used: false",
    "1x1 kernels used: true",
  ]);
});
