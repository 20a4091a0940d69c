/**
 * Follows the guides in docs/adding-*.md to the letter: applies the code blocks of all guides to one copy of the
 * checkout, and runs their commands.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { applyStep, readGuide } from "./guide-steps.js";
import { needs } from "./oracles.js";
import { python } from "./python.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const guides = fs.readdirSync(path.join(root, "docs")).filter((file) => file.startsWith("adding-"));
const steps = guides.flatMap((guide) => readGuide(fs.readFileSync(path.join(root, "docs", guide), "utf8")));
const changed = [...new Set(steps.flatMap((step) => (step.kind === "run" ? [] : [step.file])))];

let copy = "";
before(() => {
  copy = fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-guides-"));
  const isLeft = (file: string): boolean =>
    path.basename(file) === "node_modules" || [".git", "dist", "runs"].includes(path.relative(root, file));
  fs.cpSync(root, copy, { recursive: true, filter: (file) => !isLeft(file) });
  fs.symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
});
after(() => fs.rmSync(copy, { recursive: true, force: true }));

/** Runs a command in the copy. */
function run(command: string): void {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const words = command.replaceAll(/\bpython3\b/g, python);
  const { status, stdout, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", words], {
    cwd: copy,
    env,
    encoding: "utf8",
  });
  assert.equal(status, 0, `${command}\n${stdout}${stderr}`);
}

const commands = [...new Set(steps.flatMap((step) => (step.kind === "run" ? step.commands : [])))];
const TESTS = "node --import tsx --test ";
const [testCommands, others] = [
  commands.filter((command) => command.startsWith(TESTS)),
  commands.filter((command) => !command.startsWith(TESTS)),
];

test("there are guides, and they have steps of every kind", () => {
  assert.ok(guides.length >= 6, guides.join(", "));
  const kinds = new Set(steps.map(({ kind }) => kind));
  assert.deepEqual([...kinds].sort(), ["append", "create", "insert", "run"]);
  for (const guide of guides) {
    const text = fs.readFileSync(path.join(root, "docs", guide), "utf8");
    assert.ok(
      readGuide(text).some(({ kind }) => kind === "run"),
      `${guide} does not say how to check the result`,
    );
    assert.equal(readGuide(text).length, text.match(/^```\w+$/gm)?.length, `${guide}: every block is a step`);
  }
});

test("the blocks of all guides can be applied", () => steps.forEach((step) => applyStep(step, copy)));

// The steps run in the order of the guides, and all tests at the end, in one run.
for (const command of others) {
  test(command, command.includes("python3") ? needs("the guides' questions to PyTorch", "torch") : {}, () =>
    run(command),
  );
}
test("the tests in the guides pass", () => {
  run(TESTS + [...new Set(testCommands.flatMap((command) => command.slice(TESTS.length).split(" ")))].join(" "));
});
test("the code in the guides is formatted and passes the linter", () => {
  run(`npx prettier --check --ignore-unknown ${changed.join(" ")}`);
  run(`npx eslint ${changed.filter((file) => file.endsWith(".ts")).join(" ")}`);
});

for (const [what, guide, message] of [
  ["code that goes nowhere", "Some code:\n\n```ts\nx;\n```\n", /does not say where it goes/],
  [
    "a line that is not there",
    "In `README.md`, after the line `no such line`:\n\n```ts\nx;\n```\n",
    /but is there 0 times/,
  ],
  ["a file that exists", "Create `README.md`:\n\n```ts\nx;\n```\n", /EEXIST/],
] as const) {
  test(`a guide with ${what} fails`, () => {
    assert.throws(() => readGuide(guide).forEach((step) => applyStep(step, root)), message);
  });
}
