/**
 * Checks the API reference: the docs of public names are complete, TypeDoc does not warn, and the pages show nothing
 * that is not public. In a browser, pages are no wider than the window and load nothing from elsewhere.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import ts from "typescript";
import { gaps } from "../scripts/reference/documentation.js";
import { generateReference, type Generated } from "../scripts/reference/generate.js";
import { readSurface } from "../scripts/reference/public-names.js";
import { launchChromium, serve } from "./chromium.js";
import { needs } from "./oracles.js";

const surface = readSurface();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-reference-"));
let generated: Generated;
before(async () => (generated = await generateReference(folder, surface)));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

test("every public name is documented", (t) => {
  t.diagnostic(`${surface.names.length} public names`);
  assert.ok(surface.names.length > 1000, "the names have been found");
  assert.deepEqual(gaps(surface), []);
});

test("TypeDoc has no warnings, and there is a page for each class and function", () => {
  assert.deepEqual(generated.complaints, []);
  const pages = new Set(pageFiles().map((file) => path.basename(file, ".html").toLowerCase().replace(/-\d$/, "")));
  const own = surface.names.filter(({ kind }) => kind === "class" || kind === "function");
  const missing = own.filter(({ name }) => !pages.has(name.split(".").at(-1)!.toLowerCase()));
  assert.deepEqual(
    missing.map(({ name }) => name),
    [],
  );
});

test("a function made from its signature is shown as a function, and its options by their name", () => {
  const page = fs.readFileSync(path.join(folder, "kilograd/F/maxPool2d.html"), "utf8");
  const text = page.replace(/<[^>]*>/g, "");
  assert.match(text, /Function maxPool2d/);
  assert.match(text, /\.\.\.rest: MaxPool2dOptions/);
});

test("the pages name no class that is not public, and no source file", () => {
  const published = new Set(surface.names.map(({ name }) => name.split(".").at(-1)!));
  const hidden = new Set(
    surface.names.filter(({ kind }) => kind === "class").flatMap((name) => name.declarations.flatMap(basesOf)),
  );
  const inner = [...hidden].filter((name) => !published.has(name));
  assert.ok(inner.includes("ModuleFields") && inner.includes("Shaping"), inner.join());
  for (const file of pageFiles()) {
    const text = fs.readFileSync(path.join(folder, file), "utf8");
    const found = [
      ...inner.filter((name) => new RegExp(`\\b${name}\\b`).test(text)),
      ...(/src\/\w+\//.exec(text) ?? []),
    ];
    assert.deepEqual(found, [], file);
  }
});

test("pages in a browser", needs("the pages of the API reference", "browser"), async (t) => {
  const browser = await launchChromium();
  const server = await serve(folder, false);
  t.after(async () => {
    server.close();
    await browser.close();
  });
  const troubles: string[] = [];
  for (const width of [1280, 360]) {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    page.on("pageerror", ({ message }) => troubles.push(message));
    page.on("request", (request) => {
      if (!request.url().startsWith(server.address) && !request.url().startsWith("data:")) troubles.push(request.url());
    });
    for (const file of pageFiles().filter((_, i) => i % 20 === 0)) {
      await page.goto(`${server.address}/${file}`);
      const wide = await page.evaluate("document.documentElement.scrollWidth");
      if ((wide as number) > width) troubles.push(`${file} is ${String(wide)} pixels wide in a window of ${width}`);
    }
    await page.close();
  }
  assert.deepEqual(troubles, []);
});

/** The pages' paths in the folder; the start page first. */
function pageFiles(): string[] {
  const files = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  const pages = files.filter((file) => file.endsWith(".html")).map((file) => file.replaceAll(path.sep, "/"));
  return pages.sort((a, b) => Number(b === "index.html") - Number(a === "index.html") || a.localeCompare(b, "en"));
}

/** The names of a class's ancestors, one after another. */
function basesOf(declaration: ts.Declaration): string[] {
  if (!ts.isClassLike(declaration)) return [];
  const clause = declaration.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  const symbol = clause && surface.checker.getTypeAtLocation(clause.types[0]!).symbol;
  const [base] = symbol?.declarations?.filter(ts.isClassLike) ?? [];
  if (!base?.name || !base.getSourceFile().fileName.includes("/src/")) return [];
  return [base.name.text, ...basesOf(base)];
}
