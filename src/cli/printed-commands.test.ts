/** Commands that the program prints are meant to be pasted: each is run, or at least understood. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { Command } from "commander";
import { idxFolder, temporaryFolder } from "../../test/idx-folder.js";
import { kilograd } from "../../test/terminal.js";
import { commands } from "./commands/index.js";
import type { Surroundings } from "./surroundings.js";

/** The words after `npx kilograd`, as a shell reads them. */
function wordsOf(command: string): string[] {
  assert.match(command, /^npx kilograd /);
  const script = `npx() { shift; for word in "$@"; do printf '%s\\0' "$word"; done; }; ${command.replace(/ < .*$/, "")}`;
  return execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

/** Parses a command line without running it. */
async function understand(words: readonly string[]): Promise<void> {
  const program = new Command("kilograd").exitOverride().configureOutput({ writeErr: () => undefined });
  for (const [name, load] of Object.entries(commands)) {
    const command = program.command(name).exitOverride();
    const { defineCommand } = await load();
    defineCommand(command, {} as Surroundings, () => undefined);
    command.action(() => undefined);
  }
  await program.parseAsync(words, { from: "user" });
}

/** Commands between backticks, and those at the beginning of an indented line. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/`(npx kilograd [^`]*)`|^ +(npx kilograd .*?)(?: {4}.*)?$|: (npx kilograd .*)$/gm)].map(
    ([, quoted, listed, last]) => (quoted ?? listed ?? last)!,
  );
}

function place(t: TestContext): { data: string; out: string } {
  const folder = path.join(temporaryFolder(t), "it's my folder");
  fs.mkdirSync(folder);
  const data = path.join(folder, "the data");
  fs.renameSync(idxFolder(t, 36, 20), data);
  return { data, out: path.join(folder, "run $1") };
}

const short = (data: string, out: string): string[] => [
  "train",
  "--data",
  data,
  "--out",
  out,
  "--epochs",
  "1",
  "--batch-size",
  "8",
  "--threads",
  "1",
];

for (const name of Object.keys(commands)) {
  test(`the examples of kilograd ${name} --help are understood`, async () => {
    const { stdout, status } = await kilograd([name, "--help"]);
    assert.equal(status, 0);
    const found = commandsIn(stdout);
    if (stdout.includes("Examples:")) assert.ok(found.length > 0, stdout);
    for (const command of found) await understand(wordsOf(command));
  });
}

test("after a training, the commands that follow are printed, and run", async (t) => {
  const { data, out } = place(t);
  const { stdout } = await kilograd([...short(data, out), "--goal", "60"]);
  const next = commandsIn(stdout.slice(stdout.indexOf("\nNext:")));
  const names = next.map((command) => wordsOf(command)[0]);
  assert.deepEqual(names.slice(-4), ["report", "evaluate", "predict", "export"]);
  for (const command of next) {
    const words = wordsOf(command);
    assert.equal(words[1], out);
    await understand(words);
    if (words[0] !== "predict") assert.deepEqual([(await kilograd(words)).status, command], [0, command]);
  }
});

test("hints with commands run as printed", async (t) => {
  const { data, out } = place(t);
  await kilograd(short(data, out));
  const runs = path.dirname(out);
  const hints: readonly (readonly [words: string[], status: number, follow: number])[] = [
    [["train", "--resume", out], 1, 0],
    [["train", "exercise", "--resume", out], 2, 1],
    [["train", "--resume", out, "--batch-size", "18", "--epochs", "1", "--out", path.join(runs, "more")], 2, 0],
    [["check", out], 1, 1],
    [short(data, out), 2, 1],
  ];
  for (const [words, status, follow] of hints) {
    const failed = await kilograd(words);
    assert.equal(failed.status, status, failed.stderr);
    const [hint] = commandsIn(failed.stderr);
    assert.ok(hint, failed.stderr);
    const followed = await kilograd(wordsOf(hint));
    assert.equal(followed.status, follow, hint + followed.stderr);
    if (follow === 1) assert.doesNotMatch(followed.stderr, /unknown|not a run|no such/);
  }
});

test("a stopped training says how to go on, and that runs", async (t) => {
  const { data, out } = place(t);
  const { stdout } = await kilograd(short(data, out), "batch_id");
  const [command] = commandsIn(stdout);
  assert.deepEqual(wordsOf(command!), ["train", "--resume", out]);
});

test("no message writes a command by hand", () => {
  const names = Object.keys(commands).join("|");
  const byHand = new RegExp(`kilograd (?:${names})\\b`);
  const wrong = fs
    .readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .flatMap((file) => {
      const lines = fs.readFileSync(path.join("src", file), "utf8").split("\n");
      const isComment = (line: string): boolean => /^\s*(\/\/|\/?\*)/.test(line);
      const found = lines.filter((line) => byHand.test(line) && !isComment(line));
      // The library writes the form that withOwnCommands replaces; the program has ownCommand.
      const allowed = file.startsWith("cli") ? [] : found.filter((line) => line.includes("npx kilograd"));
      return found.filter((line) => !allowed.includes(line)).map((line) => `${file}: ${line}`);
    });
  assert.deepEqual(wrong, []);
});
