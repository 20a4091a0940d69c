/**
 * Runs examples/elsewhere in a project that has the package: in Node, Deno, Bun, two bundlers, and in pages in Chromium
 * with and without shared memory. The bits are the same everywhere.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { encode } from "fast-png";
import { MNIST } from "../src/entries/data.js";
import { decodeStateDict } from "../src/entries/import.js";
import { loadClassifier } from "../src/entries/predict.js";
import { encodeSafetensors, resolveConfig, type StoredTensor } from "../src/entries/train.js";
import type { Browser, Page } from "playwright-core";
import { tool } from "./environments.js";
import { readFixture } from "./fixtures.js";
import { needs } from "./oracles.js";
import { launchChromium, root, serve } from "./chromium.js";

const project = fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-elsewhere-"));
const pages = needs("the same bits and labels in a page", "browser");
let browser: Browser | undefined;
let expected = "";

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: project,
    encoding: "utf8",
    timeout: 120_000,
  });
  assert.equal(status, 0, error?.message ?? `${stdout}${stderr}`);
  return stdout.trim();
}

before(async () => {
  fs.cpSync(root("examples", "elsewhere"), project, { recursive: true });
  fs.writeFileSync(
    path.join(project, "package.json"),
    JSON.stringify({ name: "fresh", private: true, type: "module" }),
  );
  fs.mkdirSync(path.join(project, "node_modules"));
  link(root(), "kilograd");
  writeRun(path.join(project, "run"));
  expected = run(process.execPath, "main.js");
  if (!pages.skip) browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  fs.rmSync(project, { recursive: true, force: true });
});

function link(target: string, name: string): void {
  fs.symlinkSync(target, path.join(project, "node_modules", name), "junction");
}

/** The exercise's network with weights trained in PyTorch. */
function writeRun(folder: string): void {
  const dict = decodeStateDict(readFixture("weights/exercise.pt"), "exercise.pt");
  const tensors = new Map<string, StoredTensor>(
    [...dict].map(([name, of]) => [name, { shape: of.shape, data: of.data() }]),
  );
  const classes = Array.from({ length: 10 }, (_, digit) => String(digit));
  const images = { size: [1, 28, 28], mean: 0.1307, std: 0.3081, classes };
  const record = { config: resolveConfig("default"), data: {}, images, versions: { kilograd: "0", node: "0" } };
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify(record));
  fs.writeFileSync(path.join(folder, "last.safetensors"), encodeSafetensors({ tensors, metadata: {} }));
}

test("Node trains", () => {
  const [, first, last] = /^loss ([\d.]+) → ([\d.]+), weights [0-9a-f]{8}$/.exec(expected)!;
  assert.ok(Number(last) < 0.2 * Number(first), expected);
});

test("Deno gives the same bits", needs("the same bits in Deno", "deno"), () => {
  assert.equal(run(tool("deno"), "run", "--allow-read", "--allow-env", "--no-lock", "main.js"), expected);
});

test("Bun gives the same bits", needs("the same bits in Bun", "bun"), () => {
  assert.equal(run(tool("bun"), "main.js"), expected);
});

test("esbuild bundles it into one small file, which gives the same bits", () => {
  const esbuild = root("node_modules", ".bin", "esbuild");
  run(esbuild, "main.js", "--bundle", "--format=esm", "--minify", "--outfile=bundle.mjs");
  assert.equal(run(process.execPath, "bundle.mjs"), expected);
  const { size } = fs.statSync(path.join(project, "bundle.mjs"));
  assert.ok(size < 200_000, `${size} bytes: the core must not pull in what training by hand does not need`);
});

/** Opens a page. An error in the page fails the test. */
async function open(address: string): Promise<{ page: Page; errors: Error[] }> {
  const page = await browser!.newPage();
  const errors: Error[] = [];
  page.on("pageerror", (error) => errors.push(error));
  await page.goto(address);
  return { page, errors };
}

async function shown(folder: string, name: string, isolated: boolean): Promise<string> {
  const { address, close } = await serve(folder, isolated);
  try {
    const { page, errors } = await open(`${address}/${name}`);
    const done = `document.querySelector("output").textContent !== "training …"`;
    await page.waitForFunction(done, null, { timeout: 60_000 }).catch((error: unknown) => {
      throw errors[0] ?? error;
    });
    assert.deepEqual(errors, []);
    assert.equal(await page.evaluate("crossOriginIsolated"), isolated);
    return await page.evaluate(`document.querySelector("output").textContent`);
  } finally {
    close();
  }
}

for (const isolated of [false, true]) {
  const memory = isolated ? "with shared memory" : "without shared memory";
  test(`a plain page with an import map, ${memory}, gives the same bits`, pages, async () => {
    assert.equal(await shown(project, "cdn.html", isolated), expected);
  });
}

test(
  "Vite builds a page from it, which gives the same bits",
  needs("a page built by Vite", "vite", "browser"),
  async () => {
    run(tool("vite"), "build", "--outDir", "built", "--logLevel", "error");
    assert.equal(await shown(path.join(project, "built"), "index.html", true), expected);
  },
);

test("predict.js recognises a digit", () => {
  const data = new MNIST({ train: false });
  fs.writeFileSync(
    path.join(project, "seven.png"),
    encode({ width: 28, height: 28, channels: 1, data: data.images.subarray(0, 784) }),
  );
  assert.match(run(process.execPath, "predict.js", "run", "seven.png"), /^7( - seven)?: (\d\.\d{4} ?){10}$/);
});

test("predict.html gives a drawing the same label as Node", pages, async () => {
  const { address, close } = await serve(project, false);
  try {
    const { page, errors } = await open(`${address}/predict.html`);
    await page
      .waitForFunction("document.querySelector('canvas').onpointerup !== null", null, { timeout: 60_000 })
      .catch((error: unknown) => {
        throw errors[0] ?? error;
      });
    await page.mouse.move(150, 50);
    await page.mouse.down();
    for (let y = 50; y <= 240; y += 10) await page.mouse.move(150, y);
    await page.mouse.up();
    const said = await page.evaluate<string>("document.querySelector('output').textContent");
    const pixels = await page.evaluate<number[]>(
      "[...document.querySelector('canvas').getContext('2d').getImageData(0, 0, 280, 280).data]",
    );
    const { label, likelihoods } = (await loadClassifier(path.join(project, "run"))).predict({
      width: 280,
      height: 280,
      data: pixels,
    });
    assert.equal(said, `${label} (${(100 * Math.max(...likelihoods)).toFixed(1)} %)`);
    assert.deepEqual(errors, []);
  } finally {
    close();
  }
});
