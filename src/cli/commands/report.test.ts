import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { idxFolder, temporaryFolder } from "../../../test/idx-folder.js";
import { kilograd } from "../../../test/terminal.js";

const NN = JSON.stringify(new URL("../../nn/index.ts", import.meta.url).href);

const sourceOf = (classes: number): string => `import * as nn from ${NN};
export default new nn.Sequential(new nn.Conv2d(1, ${classes}, 28), new nn.Flatten(), new nn.LogSoftmax(1));
`;

for (const [classes, shown] of [
  [10, [2, 5, 8]],
  [8, [0, 2, 5]],
  [5, [0, 1, 2]],
  [2, [0, 1]],
] as const) {
  test(`a report on data with ${classes} classes shows the maps of classes that occur`, async (t) => {
    const folder = temporaryFolder(t);
    const net = path.join(folder, "net.mjs");
    fs.writeFileSync(net, sourceOf(classes));
    const run = path.join(folder, "run");
    const data = idxFolder(t, 40, 20, classes);
    const args = ["--data", data, "--out", run, "--epochs", "1", "--augment", "none"];
    assert.equal((await kilograd(["train", net, ...args])).stderr, "");
    assert.equal((await kilograd(["report", run])).stderr, "");
    const page = fs.readFileSync(path.join(run, "report.html"), "utf8");
    const digits = [...page.matchAll(/<h3>(\d)<\/h3>/g)].map((match) => Number(match[1]));
    assert.deepEqual(digits, shown);
  });
}
