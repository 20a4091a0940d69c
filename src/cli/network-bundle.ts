/**
 * Turns a network's file, with the files and packages that it imports, into one ES module, in which only kilograd and
 * Node's modules are still imported. TypeScript and CommonJS are translated.
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { BuildFailure, Message, OnResolveArgs, OnResolveResult, Plugin } from "esbuild";
import { KilogradError } from "../entries/index.js";
import { entryNames, isOwnFile } from "./own-entries.js";

/** A network's file as one module. */
export interface Bundle {
  readonly code: string;
  /** The source map of `code`, as JSON. Its sources are relative to the folder of the network's file. */
  readonly map: string;
  /** The SHA-256 of the network's file and of the files that it imports, by their paths from its folder. */
  readonly sources: Readonly<Record<string, string>>;
}

/** @throws KilogradError with the place of the mistake if the file cannot be bundled */
export async function bundleNetwork(file: string): Promise<Bundle> {
  // Loaded only when needed: most networks are built-in ones.
  const { build } = await import("esbuild");
  const folder = path.dirname(file);
  try {
    const { outputFiles, metafile } = await build({
      absWorkingDir: folder,
      entryPoints: [file],
      outfile: path.join(folder, "network.mjs"),
      write: false,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "es2022",
      // A summary shows the names of classes.
      keepNames: true,
      sourcemap: "external",
      metafile: true,
      logLevel: "silent",
      // The module is loaded from another place.
      define: {
        "import.meta.url": JSON.stringify(pathToFileURL(file).href),
        __filename: JSON.stringify(file),
        __dirname: JSON.stringify(folder),
      },
      plugins: [outside],
    });
    const textOf = (end: string): string => outputFiles.find((one) => one.path.endsWith(end))!.text;
    const own = Object.keys(metafile.inputs).filter((name) => !/(^|\/)node_modules\/|^\w+:/.test(name));
    const sources = Object.fromEntries(own.sort().map((name) => [name, hashFile(path.resolve(folder, name))!]));
    return { code: textOf("network.mjs"), map: textOf(".map"), sources };
  } catch (error) {
    throw describeFailure(error as BuildFailure, file);
  }
}

/** The SHA-256 of a file; undefined if it cannot be read. */
export function hashFile(file: string): string | undefined {
  try {
    return createHash("sha256").update(fs.readFileSync(file)).digest("hex");
  } catch {
    return undefined;
  }
}

/** Leaves kilograd and Node's modules outside. CommonJS requires them through modules that import them. */
const outside: Plugin = {
  name: "outside",
  setup(build) {
    const leave = ({ path: name, kind }: OnResolveArgs): OnResolveResult =>
      kind === "require-call" ? { path: name, namespace: "required" } : { path: name, external: true };
    build.onResolve({ filter: /^kilograd(\/|$)/ }, (args) => {
      if (entryNames().includes(args.path)) return leave(args);
      return { errors: [{ text: `kilograd has no entry "${args.path}", only ${entryNames().join(", ")}` }] };
    });
    build.onResolve({ filter: /^[a-z]/ }, (args) => (isBuiltin(args.path) ? leave(args) : undefined));
    build.onResolve({ filter: /^(\.|\/|file:)/ }, ({ path: name, resolveDir, kind, importer }) => {
      if (kind === "entry-point") return undefined;
      const file = name.startsWith("file:") ? fileURLToPath(name) : path.resolve(resolveDir, name);
      if (isOwnFile(file)) return { path: pathToFileURL(file).href, external: true };
      return name.startsWith("file:") ? build.resolve(file, { resolveDir, kind, importer }) : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: "required" }, ({ path: name }) => ({
      contents: `export * from ${JSON.stringify(name)};`,
    }));
  },
};

function describeFailure(error: BuildFailure, file: string): KilogradError {
  const [first] = error.errors ?? [];
  if (!first) {
    const problem = `${file} cannot be read by esbuild: ${error.message}`;
    return new KilogradError(
      { op: "net", problem, hint: "install kilograd again, with its dependencies" },
      { cause: error },
    );
  }
  return new KilogradError(
    { op: "net", problem: `${placeOf(first, file)}: ${first.text.replace(/\.$/, "")}`, hint: hintFor(first) },
    { cause: error },
  );
}

function placeOf({ location }: Message, file: string): string {
  if (!location) return file;
  const { file: name, line, column, lineText } = location;
  return `${path.resolve(path.dirname(file), name)}:${line}:${column + 1}: ${lineText.trim()}`;
}

function hintFor({ text }: Message): string {
  const missing = /^Could not resolve "([^"]+)"/.exec(text)?.[1];
  if (missing === undefined) return "mend this line";
  if (/^[./]/.test(missing)) return "there is no such file: mend the path";
  return `install it beside the file with \`npm install ${missing
    .split("/")
    .slice(0, missing.startsWith("@") ? 2 : 1)
    .join("/")}\``;
}
