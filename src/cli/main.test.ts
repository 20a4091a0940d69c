import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const full = "/dev/full";

test("a full disk behind standard output is reported in one line", { skip: !fs.existsSync(full) }, () => {
  const target = fs.openSync(full, "w");
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", main, "summary"], {
    stdio: ["ignore", target, "pipe"],
    encoding: "utf8",
  });
  fs.closeSync(target);
  assert.equal(status, 1);
  assert.match(stderr, /^kilograd: cannot write to standard output: ENOSPC.*\n$/);
});
