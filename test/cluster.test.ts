/** Two hosts, in network namespaces of this machine, train an exported network together (examples/cluster). */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { exportPytorch, exportSafetensors } from "../src/entries/export.js";
import { MNIST } from "../src/entries/data.js";
import { manualSeed } from "../src/entries/index.js";
import { ExerciseNet, resolveConfig } from "../src/entries/train.js";
import { temporaryFolder } from "./idx-folder.js";
import { needs } from "./oracles.js";
import { python } from "./python.js";

const script = fileURLToPath(new URL("../examples/cluster/two-hosts.sh", import.meta.url));

test(
  "two hosts train together, the loss falls, and nothing of the hosts is left",
  needs("training on two hosts", "hosts", "torch"),
  (t) => {
    manualSeed(1);
    const folder = temporaryFolder(t);
    const model = new ExerciseNet();
    const images = { size: [1, 28, 28], mean: 0.1307, std: 0.3081, classes: [...new MNIST({ train: false }).classes] };
    const config = resolveConfig("notebook", { lr: 0.05 });
    fs.writeFileSync(path.join(folder, "model.py"), exportPytorch(model, { config, images }));
    fs.writeFileSync(path.join(folder, "model.safetensors"), exportSafetensors(model));
    const data = path.dirname(new MNIST({ train: false }).files.images);
    const words = [path.join(folder, "model.py"), data, "--steps", "60", "--print-steps", "60"];
    const { status, stdout, stderr } = spawnSync(script, words, {
      encoding: "utf8",
      env: { ...process.env, PYTHON: python, LIMIT: "240" },
    });
    assert.equal(status, 0, `${stdout}${stderr}`);
    const losses = [...stdout.matchAll(/^step \d+ loss (\S+)$/gm)].map(([, loss]) => Number(loss));
    assert.equal(losses.length, 60, "only the first host prints the losses");
    const average = (part: readonly number[]): number => part.reduce((sum, x) => sum + x, 0) / part.length;
    const [first, last] = [average(losses.slice(0, 10)), average(losses.slice(-10))];
    t.diagnostic(`loss from ${first.toFixed(3)} to ${last.toFixed(3)}`);
    assert.ok(last < 0.8 * first, `from ${first} to ${last}`);
    assert.doesNotMatch(spawnSync("ip", ["netns", "list"], { encoding: "utf8" }).stdout, /kilograd-[ab]-/);
  },
);
