/** Trains in pages with a Content-Security-Policy: what it has to allow, and what is said where it does not. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launchChromium, root } from "./chromium.js";
import { needs } from "./oracles.js";

const pages = needs("a Content-Security-Policy", "browser");

const map = JSON.stringify({ imports: { kilograd: "/dist/index.js" } });
const page = `<!doctype html><title>policy</title><script type="importmap">${map}</script><output>training</output>
<script type="module" src="/page.js"></script>`;
const program = `
import { F, manualSeed, nn, optim, randn, zeros } from "kilograd";
const output = document.querySelector("output");
try {
  manualSeed(1);
  const net = new nn.Sequential(new nn.Conv2d(1, 16, 3), new nn.ReLU(), new nn.Flatten(), new nn.Linear(16 * 26 * 26, 10));
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.01 });
  const [images, labels] = [randn([64, 1, 28, 28]), zeros([64], { dtype: "int32" })];
  for (let step = 0; step < 5; step++) {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(net(images), labels);
    loss.backward();
    optimizer.step();
    output.title = String(loss.item());
    await new Promise((resolve) => setTimeout(resolve, 30)); // helper threads start between two steps
  }
  output.textContent = "trained";
} catch (error) {
  output.textContent = String(error);
}`;

const scripts = `script-src 'self' 'sha256-${createHash("sha256").update(map).digest("base64")}'`;
let browser: Browser | undefined;
let policy = "";

const server = http.createServer((request, response) => {
  const name = new URL(request.url!, "http://localhost").pathname;
  response.setHeader("Content-Security-Policy", policy);
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
  const javascript = { "Content-Type": "text/javascript" };
  if (name === "/") response.writeHead(200, { "Content-Type": "text/html" }).end(page);
  else if (name === "/page.js") response.writeHead(200, javascript).end(program);
  else if (name.startsWith("/dist/"))
    response.writeHead(200, javascript).end(fs.readFileSync(root(path.join(".", name))));
  else response.writeHead(404).end();
});

before(async () => {
  if (pages.skip) return;
  browser = await launchChromium();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

after(async () => {
  await browser?.close();
  server.close();
});

/** What the page shows, what kilograd wrote to the console, and how many helper threads run. */
async function trained(given: string): Promise<{ shown: string; warnings: string[]; helpers: number }> {
  policy = given;
  const opened = await browser!.newPage();
  const warnings: string[] = [];
  opened.on("console", (message) => {
    if (message.type() === "warning") warnings.push(message.text());
  });
  await opened.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const output = opened.locator("output", { hasNotText: "training" });
  const shown = (await output.textContent({ timeout: 30_000 }))!;
  const helpers = opened.workers().length;
  await opened.close();
  return { shown, warnings, helpers };
}

test("the policy in docs/using-elsewhere.md is enough for training with threads", pages, async () => {
  const documented = /^Content-Security-Policy: (.*)$/m.exec(
    fs.readFileSync(root("docs/using-elsewhere.md"), "utf8"),
  )![1]!;
  const { shown, warnings, helpers } = await trained(
    `default-src 'none'; ${documented.replace("script-src 'self'", scripts)}`,
  );
  assert.deepEqual([shown, warnings], ["trained", []]);
  assert.ok(helpers > 0, "no helper thread has started");
});

for (const [what, workers] of [
  ["with 'self' alone for workers", "; worker-src 'self'"],
  ["without a line for workers", ""],
] as const) {
  test(`${what} it trains on one thread, and the console says what is missing`, pages, async () => {
    const { shown, warnings, helpers } = await trained(`default-src 'none'; ${scripts} 'wasm-unsafe-eval'${workers}`);
    assert.deepEqual([shown, helpers], ["trained", 0]);
    assert.deepEqual(warnings, [
      "kilograd computes on one thread: no worker can be started; worker-src has to allow blob:",
    ]);
  });
}

test("a policy that demands trusted types leaves one thread, and the console says why", pages, async () => {
  const { shown, warnings, helpers } = await trained(
    `${scripts} 'wasm-unsafe-eval'; worker-src 'self' blob:; require-trusted-types-for 'script'`,
  );
  assert.deepEqual([shown, helpers], ["trained", 0]);
  assert.match(warnings.join("\n"), /^kilograd computes on one thread: .*TrustedScriptURL/);
});

test("without 'wasm-unsafe-eval' the error names it", pages, async () => {
  const { shown } = await trained(`default-src 'none'; ${scripts}; worker-src 'self' blob:`);
  assert.match(
    shown,
    /^StateError: kilograd: WebAssembly cannot be used here: .*[^.]\. Hint: a page has to allow script-src 'wasm-unsafe-eval'/,
  );
});
