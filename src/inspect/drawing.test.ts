import assert from "node:assert/strict";
import { test } from "node:test";
import * as nn from "../nn/index.js";
import type { Tensor } from "../tensor/tensor.js";
import { ExerciseNet } from "../exercise/networks.js";
import { advise } from "../advice/advice.js";
import { drawNetwork } from "./drawing.js";
import { inspectNetwork } from "./inspect.js";

/** Throws unless all tags are closed in the reverse order in which they were opened. */
function checkTags(svg: string): void {
  const open: string[] = [];
  for (const [, closing, name, self] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (closing) assert.equal(open.pop(), name);
    else if (!self) open.push(name!);
  }
  assert.deepEqual(open, []);
}

const draw = (model: nn.Module): string => {
  const inspection = inspectNetwork(model, [1, 28, 28]);
  return drawNetwork(inspection, advise(inspection));
};

test("the exercise's network: a box for each layer, with its figures, and no reference to other files", () => {
  const svg = draw(new ExerciseNet());
  checkTags(svg);
  assert.equal(svg.match(/<rect class="box/g)!.length, 24);
  for (const words of ["conv1 Conv2d 3×3, 1→8", "32×22×22", "16×16", "2,230,272", "12,514 parameters"]) {
    assert.ok(svg.includes(`>${words}`), words);
  }
  assert.doesNotMatch(svg.replace('xmlns="http://www.w3.org/2000/svg"', ""), /https?:|url\(|href|<script|⚠/);
  assert.match(svg, /prefers-color-scheme: dark/);
});

test("names are escaped", () => {
  const svg = draw(new nn.Sequential({ '<script>"&': new nn.Conv2d(1, 2, 3) }));
  checkTags(svg);
  assert.doesNotMatch(svg, /<script/);
  assert.ok(svg.includes("&lt;script&gt;&quot;&amp; Conv2d"));
});

test("connections that skip layers are drawn beside them, and layers with advice are marked", () => {
  class Net extends nn.Module {
    conv = new nn.Conv2d(1, 1, 3, { padding: 1 });
    override forward(x: Tensor): Tensor {
      return this.conv(x).add(x).softmax(1);
    }
  }
  const svg = draw(new Net());
  checkTags(svg);
  // Three connections from row to row, and one from the input to the addition.
  assert.equal(svg.match(/class="edge"/g)!.length, 4);
  assert.equal(svg.match(/<path class="edge"[^>]*Q/g)!.length, 1);
  assert.match(svg, /⚠ softmax-before-loss/);
});
