import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../../../test/idx-folder.js";
import { kilograd, type Json } from "../../../test/terminal.js";

test("inspect prints the table and says that it has no advice", async () => {
  const { status, stdout } = await kilograd(["inspect"]);
  assert.equal(status, 0);
  assert.match(stdout, /^ 7 {2}conv3 Conv2d 3×3, 16→32 +32×22×22 +4,640 +2,230,272 +60\.5 KB +7 +1 +3\.5$/m);
  assert.match(
    stdout,
    /^Parameters: 12,514\. Multiply-adds per image: 3,292,896\. Activations per image: 416\.2 KB\.$/m,
  );
  assert.match(stdout, /\n\nNo advice: .*\n$/);
});

test("inspect --json prints the same as data", async () => {
  const { stdout } = await kilograd(["inspect", "--json", "--input", "1,29,29"]);
  const { layers, parameters, advice } = JSON.parse(stdout) as { layers: Json[]; parameters: number; advice: Json[] };
  assert.deepEqual([layers.length, parameters, advice], [24, 12_514, []]);
  assert.deepEqual(layers[1]!["outputs"], [[8, 27, 27]]);
});

test("inspect --svg writes the drawing", async (t) => {
  const file = path.join(temporaryFolder(t), "net.svg");
  assert.equal((await kilograd(["inspect", "--svg", file])).status, 0);
  assert.match(fs.readFileSync(file, "utf8"), /^<svg [^]*<\/svg>\n$/);
  const nowhere = await kilograd(["inspect", "--svg", path.join(file, "net.svg")]);
  assert.equal(nowhere.status, 1);
  assert.match(nowhere.stderr, /^kilograd: write: .*net\.svg/);
});

test("an image that the network cannot take ends with status 1 and the layer's name", async () => {
  const { status, stderr } = await kilograd(["inspect", "--input", "3,28,28"]);
  assert.equal(status, 1);
  assert.match(stderr, /^kilograd: conv1 \(Conv2d\): conv2d: /);
});
