/** Bundles every entry that a page can load with each bundler, minified, and opens the page. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launchChromium, root, serve } from "../chromium.js";
import { inEnvironment, tool } from "../environments.js";
import { needs } from "../oracles.js";
import { makeProject, webTool, type Project } from "./project.js";

let project: Project;
let browser: Browser | undefined;
let expected = "";
const pages = needs("bundles of all entries in a page", "browser", "vite", "webTools");

before(async () => {
  if (pages.skip) return;
  project = makeProject("bundlers", true);
  expected = project.run(process.execPath, "main.js").trim();
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  project.remove();
});

/** How each bundler is called as its manual says, to write the page and its program to the folder `out`. */
const bundlers: Readonly<Record<string, (out: string) => void>> = {
  esbuild: (out) => {
    project.run(
      root("node_modules", ".bin", "esbuild"),
      "page.js",
      "--bundle",
      "--minify",
      "--format=esm",
      `--outfile=${out}/page.js`,
    );
    copyPage(out);
  },
  Rollup: (out) => {
    const plugins = ["node-resolve", "terser"].flatMap((name) => [
      "--plugin",
      inEnvironment("web-tools", "@rollup", `plugin-${name}`),
    ]);
    project.run(webTool("rollup"), "page.js", ...plugins, "--format", "es", "--silent", "--file", `${out}/page.js`);
    copyPage(out);
  },
  webpack: (out) => {
    const library = JSON.stringify(pathToFileURL(inEnvironment("web-tools", "webpack", "lib", "index.js")).href);
    const settings = {
      mode: "production",
      entry: "./page.js",
      output: { path: path.join(project.folder, out), filename: "page.js" },
    };
    fs.writeFileSync(
      path.join(project.folder, "webpack.mjs"),
      `import webpack from ${library};
      webpack(${JSON.stringify(settings)}, (error, stats) => {
        if (error || stats.hasErrors()) throw error ?? new Error(stats.toString());
      });`,
    );
    project.run(process.execPath, "webpack.mjs");
    copyPage(out);
  },
  Vite: (out) => project.run(tool("vite"), "build", "--outDir", out, "--logLevel", "error"),
  Parcel: (out) => {
    // Parcel looks at the exports of packages only if it is told to.
    const file = path.join(project.folder, "package.json");
    const before = fs.readFileSync(file, "utf8");
    const settings = { "@parcel/resolver-default": { packageExports: true } };
    fs.writeFileSync(file, JSON.stringify({ ...(JSON.parse(before) as object), ...settings }));
    project.run(webTool("parcel"), "build", "index.html", "--dist-dir", out, "--no-cache", "--no-autoinstall");
    fs.writeFileSync(file, before);
  },
};

function copyPage(out: string): void {
  fs.copyFileSync(path.join(project.folder, "index.html"), path.join(project.folder, out, "index.html"));
}

async function shown(folder: string): Promise<string> {
  const { address, close } = await serve(folder, true);
  const page = await browser!.newPage();
  try {
    await page.goto(`${address}/index.html`);
    return (await page.locator("output", { hasNotText: "waiting" }).textContent({ timeout: 60_000 }))!;
  } finally {
    await page.close();
    close();
  }
}

for (const [name, build] of Object.entries(bundlers)) {
  test(`a page built by ${name} has the same results, names and errors as Node`, pages, async () => {
    const out = `built-by-${name.toLowerCase()}`;
    build(out);
    assert.equal(await shown(path.join(project.folder, out)), expected);
  });
}

test("Parcel with its defaults bundles the core", pages, () => {
  fs.writeFileSync(
    path.join(project.folder, "core.js"),
    `import { tensor } from "kilograd";\nconsole.log(tensor([1, 2]).sum().item());\n`,
  );
  project.run(webTool("parcel"), "build", "core.js", "--dist-dir", "core", "--no-cache", "--no-autoinstall");
  assert.equal(project.run(process.execPath, "core/core.js").trim(), "3");
});
