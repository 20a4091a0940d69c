/** Each lesson has a script and a page, and the page's figures belong to the script's variants. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL, fileURLToPath } from "node:url";
import { lesson as layers } from "../examples/lessons/layers.js";
import { formatTable, pageOf, spread, trainVariant, type Lesson } from "../examples/lessons/lesson.js";
import { configure } from "../src/entries/index.js";

const folder = fileURLToPath(new URL("../examples/lessons", import.meta.url));
const scripts = fs.readdirSync(folder).filter((name) => name !== "lesson.ts");
const index = fs.readFileSync(path.join(path.dirname(pageOf("any.ts")), "README.md"), "utf8");

for (const script of scripts) {
  test(script, async () => {
    const page = fs.readFileSync(pageOf(script), "utf8");
    const { lesson } = (await import(pathToFileURL(path.join(folder, script)).href)) as { lesson: Lesson };
    const figures = page.split("<!-- figures: begin -->")[1]!.split("<!-- figures: end -->")[0]!;
    const variants = [...figures.matchAll(/^\| (.+?) +\| .*%.*\|$/gm)].map(([, name]) => name);
    assert.deepEqual(
      variants,
      lesson.variants.map(({ name }) => name),
    );
    assert.ok(page.includes(`npx tsx examples/lessons/${script}\n`), "the page says how to run the lesson");
    assert.ok(index.includes(`(${path.basename(script, ".ts")}.md)`), "the list of lessons contains it");
  });
}

test("every page has a script", () => {
  const pages = fs.readdirSync(path.dirname(pageOf("any.ts"))).filter((name) => name !== "README.md");
  assert.deepEqual(pages.sort(), scripts.map((name) => name.replace(/\.ts$/, ".md")).sort());
});

test("the row of a page that trains fastest is reproduced", async () => {
  configure({ numerics: "strict" });
  const [variant] = layers.variants;
  const runs = await trainVariant(layers, variant!);
  const row = new RegExp(`^\\| ${variant!.name} .*\\| (.+?) *\\|$`, "m").exec(
    fs.readFileSync(pageOf("layers.ts"), "utf8"),
  );
  assert.equal(spread(runs.map((accuracies) => accuracies.at(-1))), row![1]);
});

test("a training that diverges ends, and has no accuracies", async () => {
  const [variant] = layers.variants;
  const settings = { lr: 100, weightDecay: 1, schedule: { name: "constant" } } as const;
  const lesson = { ...layers, images: 960, seeds: [1], epochs: 1, settings };
  assert.deepEqual(await trainVariant(lesson, variant!), [[]]);
});

test("a spread has the mean, the worst and the best, and diverged trainings are counted", () => {
  assert.equal(spread([90, 91, 95]), "92.0 % (90.0–95.0)");
  assert.equal(spread([90, undefined]), "90.0 % (90.0–90.0), 1 diverged");
  assert.equal(spread([undefined]), "diverged");
});

test("a table's columns are as wide as their widest cell", () => {
  assert.equal(
    formatTable([
      ["a", "long"],
      ["wider", "b"],
    ]),
    "| a     | long |\n| ----- | ---- |\n| wider | b    |",
  );
});
