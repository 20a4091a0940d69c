/**
 * Opens reports on ordinary and hostile runs in Chromium: light and dark, wide and narrow, and printed. A page must
 * have no script error, send no request, be no wider than the window, and execute nothing that a name contains.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { idxFolder, temporaryFolder } from "./idx-folder.js";
import { launchChromium } from "./chromium.js";
import { needs } from "./oracles.js";
import { kilograd } from "./terminal.js";

let browser: Browser;
const pages = needs("the pages of reports", "browser");
before(async () => {
  if (!pages.skip) browser = await launchChromium();
});
after(() => browser?.close());

/** Opens a page in all these ways, and returns its text and its headings. */
async function look(file: string): Promise<{ text: string; headings: string[] }> {
  const troubles: string[] = [];
  let seen = { text: "", headings: [] as string[] };
  for (const [width, colorScheme] of [
    [1280, "light"],
    [1280, "dark"],
    [360, "light"],
  ] as const) {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
    page.on("console", (message) => troubles.push(`console: ${message.text()}`));
    page.on("dialog", (dialog) => {
      troubles.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      if (!/^(file|data):/.test(request.url())) troubles.push(`request: ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), `wider than ${width}`);
    assert.equal(await page.locator("script, iframe, object, link").count(), 0);
    const broken = await page.evaluate("[...document.images].filter((image) => image.naturalWidth === 0).length");
    assert.equal(broken, 0, "pictures that cannot be shown");
    const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    assert.equal(ground, colorScheme === "dark" ? "rgb(22, 24, 27)" : "rgb(252, 252, 251)");
    seen = { text: await page.locator("body").innerText(), headings: await page.locator("h2").allInnerTexts() };
    if (width === 1280 && colorScheme === "dark") {
      await page.emulateMedia({ media: "print" });
      assert.equal(await page.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
      const pdf = await page.pdf({ format: "A4" });
      assert.ok(pdf.length > 10_000 && pdf.subarray(0, 5).toString() === "%PDF-");
    }
    await page.close();
  }
  assert.deepEqual(troubles, []);
  // These would be values that a chart or table has failed to filter out.
  assert.doesNotMatch(seen.text, /NaN %|undefined|\[object|Infinity %/);
  assert.doesNotMatch(fs.readFileSync(file, "utf8"), /[xyd]="[^"]*NaN/);
  return seen;
}

const words = (data: string, out: string): string[] => [
  ...["train", "--data", data, "--out", out, "--epochs", "2", "--batch-size", "8", "--threads", "1", "--json"],
];

/** Changes the text of a run's record. */
function edit(run: string, change: (text: string) => string): void {
  const file = path.join(run, "config.json");
  fs.writeFileSync(file, change(fs.readFileSync(file, "utf8")));
}

async function report(...runs: string[]): Promise<string> {
  const out = path.join(runs[0]!, "page.html");
  const { status, stderr } = await kilograd(["report", ...runs, "--out", out]);
  assert.equal(stderr, "");
  assert.equal(status, 0);
  return out;
}

test("an ordinary run, and two runs compared", pages, async (t) => {
  const [data, folder] = [idxFolder(t, 36, 20), temporaryFolder(t)];
  const runs = ["a", "b"].map((name) => path.join(folder, name));
  for (const run of runs) assert.equal((await kilograd([...words(data, run), "--goal", "90"])).status, 0);
  const { text, headings } = await look(await report(runs[0]!));
  for (const heading of [
    ...["The goal", "Curves", "Epochs", "Class by class", "Calibration", "Mistakes", "Network"],
    ...[
      "What the layers see and cost",
      "Kernels of the first layers",
      "Activation maps",
      "Time and memory",
      "Configuration",
    ],
  ]) {
    assert.ok(headings.includes(heading), heading);
  }
  assert.match(text, /12,514/);
  assert.match(text, /No advice: the network follows the rules of the course/);
  const evaluated = await kilograd(["evaluate", runs[0]!]);
  const [, right] = /Accuracy: (\d+)\/20/.exec(evaluated.stdout)!;
  assert.ok(text.includes(`(${right} of 20)`), "the report has the evaluation's figure");
  const compared = await look(await report(...runs));
  assert.deepEqual(compared.headings, ["Results", "Curves", "Settings that differ", "Recall and calibration"]);
});

test("hostile: HTML in names, NaN everywhere, a million steps", pages, async (t) => {
  const [data, folder] = [idxFolder(t, 36, 20), temporaryFolder(t)];
  const run = path.join(folder, `<img src=x onerror=alert(1)>"'&`);
  assert.equal((await kilograd(words(data, run))).status, 0);
  const attack = "</style></svg><script>alert(2)</script><img src='http://example.invalid/x.png'>";
  edit(run, (text) =>
    text
      .replace('"0 - zero"', JSON.stringify(attack))
      .replace('"recipe": "default"', `"recipe": ${JSON.stringify(attack)}`),
  );
  const metrics = fs.openSync(path.join(run, "metrics.jsonl"), "w");
  for (let part = 0; part < 1000; part++) {
    const steps = Array.from({ length: 1000 }, (_, i) => {
      const loss = part % 10 === 0 ? "null" : String(1 + (i % 7));
      return `{"type":"step","epoch":${1 + Math.floor(part / 500)},"batch":${i},"loss":${loss},"lr":${i === 3 ? "null" : "1e300"}}\n`;
    });
    fs.writeSync(metrics, steps.join(""));
  }
  fs.writeSync(
    metrics,
    '{"type":"epoch","epoch":1,"trainLoss":null,"testLoss":null,"correct":0,"total":0,"seconds":null}\n',
  );
  fs.writeSync(metrics, '{"type":"step","ep');
  fs.closeSync(metrics);
  const file = await report(run);
  assert.ok(fs.statSync(file).size < 2e6, "a million steps fit into a small page");
  const { text } = await look(file);
  assert.match(text, /1,000,000/);
  assert.ok(text.includes("<script>alert(2)</script>"), "names are shown literally");
});

/** What the header of a safetensors file says of a tensor. */
interface StoredEntry {
  readonly dtype?: string;
  readonly data_offsets: readonly [from: number, to: number];
}

test("hostile: weights that are NaN", pages, async (t) => {
  const [data, folder] = [idxFolder(t, 36, 20), temporaryFolder(t)];
  const run = path.join(folder, "run");
  assert.equal((await kilograd(words(data, run))).status, 0);
  const file = path.join(run, "last.safetensors");
  const bytes = fs.readFileSync(file);
  const header = Number(bytes.readBigUInt64LE(0));
  // Every float32 element becomes NaN.
  const entries = Object.entries(JSON.parse(bytes.toString("utf8", 8, 8 + header)) as Record<string, StoredEntry>);
  for (const [, { dtype, data_offsets: span }] of entries) {
    if (dtype !== "F32") continue;
    for (let at = span[0]; at < span[1]; at += 4) bytes.writeUInt32LE(0x7fc00000, 8 + header + at);
  }
  fs.writeFileSync(file, bytes);
  const { text } = await look(await report(run));
  assert.match(text, /20 images have no likelihood/);
});

test("hostile: no finished epoch, no best checkpoint, no checkpoint at all", pages, async (t) => {
  const [data, folder] = [idxFolder(t, 36, 20), temporaryFolder(t)];
  const run = path.join(folder, "run");
  assert.equal((await kilograd(words(data, run), '"batch":1')).status, 130);
  assert.deepEqual(fs.readdirSync(run).sort(), ["config.json", "last.safetensors", "metrics.jsonl"]);
  const { text } = await look(await report(run));
  assert.match(text, /0 of 2 epochs; the training is not finished/);
  assert.match(text, /No epoch has finished yet/);
  for (const file of ["last.safetensors", "metrics.jsonl"]) fs.rmSync(path.join(run, file));
  const empty = await look(await report(run));
  assert.match(empty.text, /ended before its first checkpoint/);
  assert.match(empty.text, /There is no data yet/);
});
