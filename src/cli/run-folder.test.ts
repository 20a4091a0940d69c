import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../test/idx-folder.js";
import { Run } from "../entries/train-node.js";
import { resolveConfig } from "../entries/train.js";
import { afterFailure } from "./next-steps.js";
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

test("a run in a folder that is a file is refused in words, and so is what a training says when its folder is gone", (t) => {
  const file = path.join(temporaryFolder(t), "file");
  fs.writeFileSync(file, "");
  const create = (folder: string): Run => {
    const info = { size: [1, 28, 28], classes: [], mean: [0], std: [1] };
    return Run.create(folder, resolveConfig("quick"), { hashes: {}, info } as never);
  };
  assert.throws(() => makeRun(path.join(file, "run"), "quick", create), {
    name: "KilogradError",
    message: /file\/run: a part of the path is a file, not a folder/,
  });
  const gone = asRun(path.join(file, "run"));
  assert.equal(afterFailure(gone, new Error("x")), `The run's folder ${gone.folder} is no longer there.`);
});
