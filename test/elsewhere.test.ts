/**
 * Runs examples/elsewhere in a project that has the package: in Node, Deno, Bun, two bundlers, and in pages in Chromium
 * with and without shared memory. The bits are the same everywhere.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { encode } from "fast-png";
import { MNIST } from "../src/entries/data.js";
import { decodeStateDict } from "../src/entries/import.js";
import { loadClassifier } from "../src/entries/predict.js";
import { encodeSafetensors, resolveConfig, type StoredTensor } from "../src/entries/train.js";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
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

/** Opens predict.html as a desktop or a phone shows it, when it is ready. */
async function openDrawing(t: TestContext, folder: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { address, close } = await serve(folder, false);
  const context = await browser!.newContext(options);
  t.after(async () => {
    await context.close();
    close();
  });
  const page = await context.newPage();
  const errors: Error[] = [];
  page.on("pageerror", (error) => errors.push(error));
  t.after(() => assert.deepEqual(errors, []));
  await page.goto(`${address}/predict.html`);
  await page.waitForFunction("!document.querySelector('output').textContent.startsWith('Loading')", null, {
    timeout: 60_000,
  });
  return page;
}
const said = (page: Page): Promise<string> => page.locator("output").innerText();

/** Where the canvas is on the screen. */
async function canvasOf(page: Page): Promise<(x: number, y: number) => { x: number; y: number }> {
  const box = (await page.locator("canvas").boundingBox())!;
  return (x, y) => ({ x: box.x + x * box.width, y: box.y + y * box.height });
}

/** What Node says of what is drawn. */
async function nodesAnswer(page: Page): Promise<string> {
  const data = await page.evaluate<number[]>(
    "[...document.querySelector('canvas').getContext('2d').getImageData(0, 0, 280, 280).data]",
  );
  const classifier = await loadClassifier(path.join(project, "run"));
  const { label, likelihoods } = classifier.predict({ width: 280, height: 280, data });
  return `${label} (${(100 * Math.max(...likelihoods)).toFixed(1)} %)`;
}

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

test(
  "predict.html gives a drawing the same label as Node, also if it ends outside; Clear begins anew",
  pages,
  async (t) => {
    const page = await openDrawing(t, project);
    const at = await canvasOf(page);
    assert.equal(await said(page), "Draw a digit.");
    const middle = at(0.5, 0.5);
    await page.mouse.click(middle.x, middle.y);
    assert.equal(await said(page), "Draw a digit.", "a click draws nothing");
    const [from, to, outside] = [at(0.5, 0.2), at(0.5, 0.8), at(1.3, 0.8)];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 10 });
    await page.mouse.move(outside.x, outside.y, { steps: 3 });
    await page.mouse.up();
    const answer = await said(page);
    assert.match(answer, /^\d.* \(\d+\.\d %\)$/);
    assert.equal(answer, await nodesAnswer(page));
    await page.getByRole("button", { name: "Clear" }).click();
    assert.equal(await said(page), "Draw a digit.");
    await page.mouse.click(middle.x, middle.y);
    assert.equal(await said(page), "Draw a digit.");
  },
);

test(
  "predict.html can be drawn on with a finger: the stroke is whole, and the page stays where it is",
  pages,
  async (t) => {
    const page = await openDrawing(t, project, phone);
    const at = await canvasOf(page);
    assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than a phone");
    // So that the page could be scrolled.
    await page.evaluate("document.body.style.paddingBottom = '2000px'");
    const devtools = await page.context().newCDPSession(page);
    const touch = (type: string, ...points: { x: number; y: number }[]) =>
      devtools.send("Input.dispatchTouchEvent", { type: type as "touchStart", touchPoints: points });
    await touch("touchStart", at(0.5, 0.8));
    for (let step = 1; step <= 12; step++) await touch("touchMove", at(0.5, 0.8 - 0.05 * step));
    await touch("touchEnd");
    await page.waitForFunction("document.querySelector('output').textContent.includes('%')");
    assert.equal(await page.evaluate("scrollY"), 0);
    assert.equal(await said(page), await nodesAnswer(page));
    const gaps = await page.evaluate<number>(
      `(() => { const { data } = document.querySelector("canvas").getContext("2d").getImageData(140, 56, 1, 168);
      let white = 0; for (let i = 0; i < data.length; i += 4) if (data[i] > 0) white++; return white; })()`,
    );
    assert.equal(gaps, 0, "the stroke is not whole");
  },
);

test(
  "predict.html reads a picture that is chosen with the keyboard, and says what is wrong with one",
  pages,
  async (t) => {
    const page = await openDrawing(t, project);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.textContent"), "Clear");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.type"), "file");
    const digit = new MNIST({ train: false }).images.subarray(0, 784);
    const buffer = Buffer.from(encode({ width: 28, height: 28, channels: 1, data: digit }));
    await page.getByLabel("open a picture").setInputFiles({ name: "seven.png", mimeType: "image/png", buffer });
    await page.waitForFunction("document.querySelector('output').textContent.includes('%')");
    assert.match(await said(page), /^7/);
    const red = `document.querySelector("canvas").getContext("2d").getImageData(5, 5, 1, 1).data[0]`;
    await page.waitForFunction(`${red} === 0`, null, { timeout: 5_000 }); // the picture, black at its corner, is shown
    const white = Buffer.from(encode({ width: 28, height: 28, channels: 1, data: new Uint8Array(784).fill(255) }));
    await page.getByLabel("open a picture").setInputFiles({ name: "white.png", mimeType: "image/png", buffer: white });
    await page.waitForFunction("document.querySelector('output').textContent.includes('nothing to recognise')");
    const webp = Buffer.from("RIFF\0\0\0\0WEBPVP8 ");
    await page.getByLabel("open a picture").setInputFiles({ name: "x.png", mimeType: "image/png", buffer: webp });
    await page.waitForFunction("document.querySelector('output').textContent.includes('WebP')");
  },
);

test("predict.html says in the page that the run is missing", pages, async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-no-run-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  fs.copyFileSync(path.join(project, "predict.html"), path.join(folder, "predict.html"));
  fs.mkdirSync(path.join(folder, "node_modules"));
  fs.symlinkSync(root(), path.join(folder, "node_modules", "kilograd"), "junction");
  const page = await openDrawing(t, folder);
  assert.match(
    await said(page),
    /cannot be loaded\. .*run\/config\.json cannot be read: the server responded with status 404/,
  );
});
