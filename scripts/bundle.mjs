/**
 * Bundles src to dist: one file for each entry of the package and one for its program, with shared code in dist/chunks.
 * Node takes about a millisecond to load a file, so loading hundreds of small ones would take longer than compiling a
 * training step. For the same reason the bundle includes packages that most programs need, or of which little is used:
 * package.json lists them under devDependencies. Its dependencies stay outside.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { moduleOrder, ordered } from "./module-order.mjs";
import { programText } from "./program-text.mjs";
import { at } from "./setup.mjs";
import { shortProperties } from "./short-properties.mjs";
import { sourceTransforms } from "./source-transforms.mjs";

const { exports, bin, dependencies, peerDependencies } = JSON.parse(readFileSync(at("package.json"), "utf8"));
/** The source of a file in dist, found by the path of its types or, for a program, by its own path. */
const source = (file) => path.join("src", path.relative("dist", file)).replace(/(\.d\.ts|\.js)$/, ".ts");
const entryPoint = (from, to) => ({ in: source(from), out: path.relative("dist", to).replace(/\.js$/, "") });
const entryPoints = [
  { in: ordered, out: ordered },
  ...Object.values(exports).flatMap(({ types, default: file }) => (file ? entryPoint(types, file) : [])),
  ...Object.values(bin).map((file) => entryPoint(file, file)),
];

/** jpeg-js can return a Buffer. Nobody asks for one here, but bundlers would put a substitute of it into a page. */
const withoutBuffer = {
  name: "without-buffer",
  setup({ onLoad }) {
    onLoad({ filter: /jpeg-js[\\/]lib[\\/]decoder\.js$/ }, ({ path: file }) => ({
      contents: readFileSync(file, "utf8").replaceAll("Buffer.alloc(", "new Uint8Array("),
    }));
  },
};

const { outputFiles, metafile } = await build({
  absWorkingDir: at(),
  entryPoints,
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2022",
  // Otherwise every class would declare the fields that its constructor sets; that is 0.6 KB of the core library.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  mangleProps: shortProperties,
  external: ["node:*", ...Object.keys({ ...dependencies, ...peerDependencies })],
  legalComments: "none",
  plugins: [moduleOrder, programText, sourceTransforms, withoutBuffer],
  logLevel: "warning",
  logOverride: { "ignored-bare-import": "silent" },
  write: false,
  metafile: true,
});
// esbuild does not touch files that have not changed. Here each one gets the time of this build, so stale ones can be
// found.
for (const { path: file, contents } of outputFiles) {
  if (file === at("dist", `${ordered}.js`)) continue;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, contents);
}
// npm does this when it installs a package, but in a clone `npx kilograd` uses the file as it is.
for (const file of Object.values(bin)) chmodSync(at(file), 0o755);

/** The packages of which the bundle contains parts. */
const bundled = new Set(
  Object.keys(metafile.inputs).flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []),
);
const licenses = [...bundled].sort().map((name) => {
  const license = readFileSync(at("node_modules", name, "LICENSE"), "utf8").trim();
  return `These files contain parts of ${name}.\n\n${license}\n`;
});
writeFileSync(at("dist", "third-party-licenses.txt"), licenses.join("\n\n"));
