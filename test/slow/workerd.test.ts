/** Cloudflare's runtime of Workers loads the core, but cannot compile WebAssembly: the error has to say so. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { root } from "../chromium.js";
import { inEnvironment } from "../environments.js";
import { temporaryFolder } from "../idx-files.js";
import { needs } from "../oracles.js";

const worker = `import { tensor } from "./dist/index.js";
export default {
  fetch() {
    try {
      return new Response(String(tensor([1, 2]).sum().item()));
    } catch (error) {
      return new Response(String(error));
    }
  },
};`;

const settings = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker", esModule = embed "worker.js")],
    compatibilityDate = "2026-01-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);`;

test("in workerd the error names the cause", needs("Cloudflare's workerd", "webTools"), async (t) => {
  const folder = temporaryFolder(t);
  const outfile = path.join(folder, "worker.js");
  await build({
    stdin: { contents: worker, resolveDir: root() },
    bundle: true,
    format: "esm",
    outfile,
    logLevel: "error",
  });
  fs.writeFileSync(path.join(folder, "config.capnp"), settings);
  const { default: program } = createRequire(import.meta.url)(inEnvironment("web-tools", "workerd")) as {
    default: string;
  };
  const server = spawn(program, ["serve", "--control-fd=3", "config.capnp"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  t.after(() => server.kill());
  const [line] = (await once(server.stdio[3]!, "data")) as [Buffer];
  const { port } = JSON.parse(line.toString().split("\n")[0]!) as { port: number };
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  assert.match(
    await answer.text(),
    /^StateError: kilograd: WebAssembly cannot be used here: .* Hint: .*Cloudflare Workers cannot compile while they run/,
  );
});
