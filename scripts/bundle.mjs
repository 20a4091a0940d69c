/**
 * Bundles src to dist: a file for each entry of the package and for its program, and what they share in dist/chunks.
 * Node takes about a millisecond for each file that it loads, so a start from hundreds of small ones would take longer
 * than a training step's compiling. For the same reason packages that most starts need, or of which little is used, are
 * in the bundle: those that package.json has among devDependencies. Its dependencies stay outside.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { leanRecords } from "./op-records.mjs";
import { programText } from "./program-text.mjs";
import { at } from "./setup.mjs";

const { exports, bin, dependencies, peerDependencies } = JSON.parse(readFileSync(at("package.json"), "utf8"));
/** Where a file of dist comes from, by the place of its types or, for a program, by its own. */
const source = (file) => path.join("src", path.relative("dist", file)).replace(/(\.d\.ts|\.js)$/, ".ts");
const entryPoint = (from, to) => ({ in: source(from), out: path.relative("dist", to).replace(/\.js$/, "") });
const entryPoints = [
  ...Object.values(exports).flatMap(({ types, default: file }) => (file ? entryPoint(types, file) : [])),
  ...Object.values(bin).map((file) => entryPoint(file, file)),
];

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
  external: ["node:*", "tsx", ...Object.keys({ ...dependencies, ...peerDependencies })],
  legalComments: "none",
  plugins: [leanRecords, programText],
  logLevel: "warning",
  write: false,
  metafile: true,
});
// esbuild leaves files alone that have not changed; here each gets the time of this build, by which stale ones are known.
for (const { path: file, contents } of outputFiles) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, contents);
}
// npm does this when it installs a package; in a clone `npx kilograd` takes the file as it is.
for (const file of Object.values(bin)) chmodSync(at(file), 0o755);

/** The packages that the bundle has parts of. */
const bundled = new Set(
  Object.keys(metafile.inputs).flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []),
);
const licenses = [...bundled].sort().map((name) => {
  const license = readFileSync(at("node_modules", name, "LICENSE"), "utf8").trim();
  return `These files contain parts of ${name}.\n\n${license}\n`;
});
writeFileSync(at("dist", "third-party-licenses.txt"), licenses.join("\n\n"));
