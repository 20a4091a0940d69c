import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/idx-folder.js";
import type { Run } from "../entries/train-node.js";
import { makeRun } from "./run-folder.js";

const asRun = (folder: string): Run => ({ folder }) as Run;

test("trainings that start in the same second get folders of their own", (t) => {
  const before = process.cwd();
  process.chdir(temporaryFolder(t));
  t.after(() => process.chdir(before));
  t.mock.timers.enable({ apis: ["Date"], now: 0 });
  const folders = [1, 2, 3].map(() => makeRun(undefined, "default", asRun).run.folder);
  const [first] = folders;
  assert.deepEqual(folders, [first, `${first}-2`, `${first}-3`]);
});

test("what a refused run has written is removed, and a folder that was there before stays", (t) => {
  const folder = temporaryFolder(t);
  const write = (place: string): Run => {
    fs.mkdirSync(place, { recursive: true });
    fs.writeFileSync(path.join(place, "config.json"), "{}");
    return asRun(place);
  };
  makeRun(folder, "default", write).discard();
  assert.deepEqual(fs.readdirSync(folder), []);
  const inner = path.join(folder, "run");
  assert.throws(
    () =>
      makeRun(inner, "default", (place) => {
        write(place);
        throw new Error("full");
      }),
    /full/,
  );
  assert.ok(!fs.existsSync(inner));
});
