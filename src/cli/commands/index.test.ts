/** What must hold for every command. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { kilograd } from "../../../test/terminal.js";
import { commands } from "./index.js";

test("kilograd --help lists every command with its description", async () => {
  const { status, stdout } = await kilograd(["--help"]);
  assert.equal(status, 0);
  assert.match(stdout, /^Usage: kilograd /);
  for (const name of Object.keys(commands)) {
    assert.match(
      stdout,
      new RegExp(`^  ${name}\\b.*  [a-z]`, "m"),
      `${name} has no description: command.description("…")`,
    );
  }
});

for (const name of Object.keys(commands)) {
  test(`kilograd ${name} --help`, async () => {
    const { status, stdout } = await kilograd([name, "--help"]);
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`^Usage: kilograd ${name} `));
  });
}

test("every file of src/cli/commands is in the list of commands", () => {
  const files = fs.readdirSync(new URL(".", import.meta.url)).filter((file) => !/^index\.ts$|\.test\.ts$/.test(file));
  for (const name of files.map((file) => path.basename(file, ".ts"))) {
    assert.ok(name in commands, `add a line to src/cli/commands/index.ts: ${name}: () => import("./${name}.js"),`);
  }
});
