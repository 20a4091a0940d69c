/** What tests do that need a program which is missing. They run in a process that is told of a Python that is not there. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a module without Python, and returns what it printed as JSON. */
function withoutPython(code: string, required: boolean): unknown {
  const args = ["--import", "tsx", "--input-type=module", "--eval", code];
  const env = { ...process.env, PYTHON: "/no/python3", KILOGRAD_REQUIRE_ORACLES: required ? "1" : "0" };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, env, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const needs = `
  import { needs } from "./test/oracles.ts";
  const said = (f) => { try { return f().skip; } catch (error) { return error.message; } };
  console.log(JSON.stringify(said(() => needs("saved weights", "torch", "numpy"))));
`;
const reason =
  "saved weights (there is no /no/python3: apt-get install python3-torch; there is no /no/python3: apt-get install python3-numpy)";

test("a skipped test says what it would have checked, and all that is missing", () => {
  assert.equal(withoutPython(needs, false), reason);
});

test("where all is required, a missing program is an error", () => {
  const message = `KILOGRAD_REQUIRE_ORACLES is set, but this cannot be checked: ${reason}`;
  assert.equal(withoutPython(needs, true), message);
});

const answers = `
  import { Answers } from "./test/answers.ts";
  const answers = new Answers({ ReLU: 1 }, "python3 ask.py");
  const said = (f) => { try { return f(); } catch (error) { return error.message; } };
  console.log(JSON.stringify(["ReLU", "GELU"].map((name) => [answers.needs(name).skip, said(() => answers.get(name))])));
`;
const unasked = 'PyTorch has not been asked about "GELU": run `/no/python3 ask.py`';

test("a missing answer is skipped without PyTorch, and fails alone where PyTorch is required", () => {
  const skip = "GELU compared with PyTorch (there is no answer yet, and no PyTorch to ask: run `/no/python3 ask.py`)";
  assert.deepEqual(withoutPython(answers, false), [
    [false, 1],
    [skip, unasked],
  ]);
  assert.deepEqual(withoutPython(answers, true), [
    [false, 1],
    [false, unasked],
  ]);
});
