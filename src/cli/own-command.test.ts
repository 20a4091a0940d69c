import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { ownCommandFrom, programName, type Start } from "./own-command.js";

const start: Start = {
  file: "/home/me/project/node_modules/.bin/kilograd",
  nodeOptions: [],
  env: {},
  platform: "linux",
  cwd: "/home/me/project",
  exists: () => false,
};
const npmStart = { npm_lifecycle_event: "start", npm_lifecycle_script: "node scripts/start.mjs" };
const windows = { ...start, platform: "win32", cwd: "C:\\me" };
const main = "C:\\me\\node_modules\\kilograd\\dist\\cli\\main.js";

/** A template for commands of a program that was started in this way. */
const typed =
  (part: Partial<Start>) =>
  (literals: TemplateStringsArray, ...values: readonly (string | string[])[]): string =>
    ownCommandFrom({ ...start, ...part }, literals, ...values);

test("a command begins as the program was started", () => {
  const forms: readonly (readonly [Partial<Start>, string])[] = [
    [{}, "npx kilograd evaluate runs/a"],
    [{ file: "/usr/local/bin/kilograd" }, "kilograd evaluate runs/a"],
    [{ file: "/opt/kilograd", env: { npm_lifecycle_event: "npx" } }, "npx kilograd evaluate runs/a"],
    [{ file: "/home/me/project/dist/cli/main.js" }, "node dist/cli/main.js evaluate runs/a"],
    [{ file: "/home/my clone/dist/cli/main.js" }, "node '/home/my clone/dist/cli/main.js' evaluate runs/a"],
    [
      { file: "/home/me/project/dist/cli/main.js", nodeOptions: ["--max-old-space-size=512"] },
      "node --max-old-space-size=512 dist/cli/main.js evaluate runs/a",
    ],
    [
      { file: "/home/me/project/src/cli/main.ts", nodeOptions: ["--import", "tsx"] },
      "npx tsx src/cli/main.ts evaluate runs/a",
    ],
    [{ file: "/home/me/project/dist/cli/main.js", env: npmStart }, "npx kilograd evaluate runs/a"],
    [{ file: "/home/me/project/program.js" }, "npx kilograd evaluate runs/a"],
    [{ file: undefined }, "npx kilograd evaluate runs/a"],
    [{ ...windows, file: main, exists: (file) => file === "C:\\me/kilograd.cmd" }, "kilograd evaluate runs/a"],
    [
      { ...windows, file: main, exists: (file) => file === "C:\\me/node_modules/.bin/kilograd.cmd" },
      "npx kilograd evaluate runs/a",
    ],
  ];
  for (const [part, expected] of forms) assert.equal(typed(part)`evaluate ${"runs/a"}`, expected);
});

test("what npm start has started continues with npm start, and a start script of one's own does not", () => {
  const resume = (part: Partial<Start>): string => typed(part)`train --resume ${"runs/a"}`;
  assert.equal(resume({ env: npmStart }), "npm start -- --resume runs/a");
  assert.equal(
    resume({ env: { ...npmStart, npm_lifecycle_script: "kilograd train" } }),
    "npx kilograd train --resume runs/a",
  );
  assert.equal(
    typed({ env: { ...npmStart, INIT_CWD: "/home/me/project/docs" } })`evaluate ${"runs/a"}`,
    "npx kilograd evaluate /home/me/project/runs/a",
  );
});

test("a shell reads the words that were meant, whatever is in them", () => {
  const seed = 20240;
  const word = fc.string({
    unit: fc.constantFrom(..."a'\"$`\\ !*?[]~#&|;<>(){}\t\n-é日%@"),
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 3 }), (place, words) => {
      const command = typed({ file: "/usr/bin/kilograd" })`train ${place} ${words}`;
      const script = `kilograd() { for word in "$@"; do printf '%s\\0' "$word"; done; }; ${command}`;
      const read = execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
      assert.deepEqual(read, ["train", place.startsWith("-") ? `./${place}` : place, ...words]);
    }),
    { seed, numRuns: 60 },
  );
});

test("on Windows words are quoted for cmd and PowerShell", () => {
  const quoted = (...words: string[]): string =>
    typed({ ...windows, file: undefined })`train ${words}`.slice("npx kilograd train ".length);
  assert.equal(quoted("C:\\my runs\\a"), '"C:\\my runs\\a"');
  assert.equal(quoted("C:\\runs\\a", "rotation=7,shift=0.1"), 'C:\\runs\\a "rotation=7,shift=0.1"');
});

test("the program's name is npx kilograd in tests", () => {
  assert.equal(programName(), "npx kilograd");
});
