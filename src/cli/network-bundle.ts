/**
 * Turns a network's file, with the files and packages that it imports, into one ES module, in which only kilograd and
 * Node's modules are still imported. TypeScript and CommonJS are translated. Each file becomes a function, as CommonJS has
 * them; those of ES modules are called in the order in which the files import each other.
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { decode, encode, type SourceMapMappings, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
import { resolveImport } from "./network-resolution.js";
import { mistakeAt, nameFrom, readSource, type Source } from "./network-source.js";
import { entryNames, isOwnFile } from "./own-entries.js";

/** A network's file as one module. */
export interface Bundle {
  readonly code: string;
  /** The source map of `code`, as JSON. Its sources are absolute paths. */
  readonly map: string;
  /** The SHA-256 of the network's file and of the files that it imports, by their paths from its folder. */
  readonly sources: Readonly<Record<string, string>>;
}

/** What a file imports: another file, or a module that stays outside. */
type Target = { readonly file: string } | { readonly outside: string };

/** The files of a network, each after those that it imports, except where they import each other. */
interface Graph {
  readonly order: readonly Source[];
  /** What the names stand for that each file imports. */
  readonly targets: ReadonlyMap<string, ReadonlyMap<string, Target>>;
}

/** @throws KilogradError with the place of the mistake if the file cannot be bundled */
export function bundleNetwork(file: string): Bundle {
  const folder = path.dirname(file);
  const graph = readGraph(file);
  const { order } = graph;
  checkNames(graph);
  const own = order.map((source) => source.file).filter((one) => !/[\\/]node_modules[\\/]/.test(one));
  const sources = Object.fromEntries(own.map((one) => [nameFrom(folder, one), hashFile(one)] as const).sort());
  return { ...write(graph, file), sources };
}

function hashFile(file: string): string {
  return createHash("sha256").update(fs.readFileSync(file)).digest("hex");
}

function readGraph(entry: string): Graph {
  const order: Source[] = [];
  const targets = new Map<string, Map<string, Target>>();
  const enter = (file: string): void => {
    if (targets.has(file)) return;
    const source = readSource(file);
    const found = new Map<string, Target>();
    targets.set(file, found);
    for (const name of source.requests) found.set(name, targetOf(name, source));
    for (const target of found.values()) if ("file" in target) enter(target.file);
    order.push(source);
  };
  enter(entry);
  return { order, targets };
}

function targetOf(name: string, source: Source): Target {
  if (entryNames().includes(name)) return { outside: name };
  if (/^kilograd(\/|$)/.test(name)) {
    throw mistakeAt(source, name, `kilograd has no entry "${name}", only ${entryNames().join(", ")}`);
  }
  if (isBuiltin(name)) return { outside: name };
  const file = resolveImport(name, source.file);
  if (file === undefined) throw unresolved(name, source);
  return isOwnFile(file) ? { outside: pathToFileURL(file).href } : { file };
}

function unresolved(name: string, source: Source): Error {
  const packageName = name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
  const hint = /^[./]/.test(name)
    ? "there is no such file: mend the path"
    : `install it beside the file with \`npm install ${packageName}\``;
  return mistakeAt(source, name, `Could not resolve "${name}"`, hint);
}

/** JavaScript would find out only while it runs that a file does not export a name. */
function checkNames(graph: Graph): void {
  const { order, targets } = graph;
  const byFile = new Map(order.map((source) => [source.file, source]));
  for (const source of order) {
    for (const { from, name } of source.imports) {
      const target = targets.get(source.file)!.get(from);
      const other = target && "file" in target ? byFile.get(target.file) : undefined;
      if (!other?.isModule || isOpen(other) || namesOf(other, graph).has(name)) continue;
      const file = nameFrom(path.dirname(order.at(-1)!.file), other.file);
      throw mistakeAt(source, name, `No matching export in "${file}" for import "${name}"`);
    }
  }
}

/**
 * What runs the files. CommonJS runs when it is required; ES modules run in order, and asking for one that has not run yet
 * gives its exports, which are still empty.
 */
const RUNTIME = `const loaded = new Map();
const copies = new Map();
function find(name) {
  if (loaded.has(name)) return loaded.get(name);
  const module = { exports: {}, started: false };
  if (files[name].isModule) Object.defineProperty(module.exports, "__esModule", { value: true });
  loaded.set(name, module);
  return module;
}
function enter(name) {
  const module = find(name);
  const { run, uses, isModule, file, address } = files[name];
  if (module.started) return undefined;
  module.started = true;
  const require = (wanted) => {
    const use = Object.hasOwn(uses, wanted) ? uses[wanted] : undefined;
    if (use === undefined) throw new Error("Cannot find module '" + wanted + "': write its path out in import() or require()");
    if (typeof use === "number") return isModule ? copyOf(use) : (outside[use].default ?? outside[use]);
    if (!files[use].isModule) enter(use);
    return find(use).exports;
  };
  const folder = file.replace(/[\\\\/][^\\\\/]*$/, "");
  return run(require, module, module.exports, file, folder, { url: address, filename: file, dirname: folder });
}
function copyOf(use) {
  if (!copies.has(use)) copies.set(use, Object.defineProperty({ ...outside[use] }, "__esModule", { value: true }));
  return copies.get(use);
}`;

function write(graph: Graph, entry: string): Pick<Bundle, "code" | "map"> {
  const { order, targets } = graph;
  const folder = path.dirname(entry);
  const outside = [...new Set([...targets.values()].flatMap((of) => [...of.values()]).flatMap(addressOf))];
  const imported = outside.map((name, i) => `import * as outside${i} from ${JSON.stringify(name)};`);
  const lines = [...imported, ...namedImports(order, targets), ""];
  lines.push(`const outside = [${outside.map((_, i) => `outside${i}`).join(", ")}];`, "const files = {};");
  const mappings: SourceMapMappings = [];
  for (const [index, source] of order.entries()) {
    const uses = [...targets.get(source.file)!].map(([name, target]) => {
      const place = "file" in target ? nameFrom(folder, target.file) : outside.indexOf(target.outside);
      return [name, place] as const;
    });
    const knows = /importMeta_|__filename|__dirname/.test(source.code);
    const facts = {
      isModule: source.isModule,
      uses: Object.fromEntries(uses),
      file: knows ? source.file : "",
      address: knows ? pathToFileURL(source.file).href : "",
    };
    const name = JSON.stringify(nameFrom(folder, source.file));
    const kind = source.isModule ? "async function" : "function";
    lines.push(`files[${name}] = ${JSON.stringify(facts)};`);
    lines.push(`files[${name}].run = ${kind} (require, module, exports, __filename, __dirname, importMeta_) {`);
    while (mappings.length < lines.length) mappings.push([]);
    mappings.push(...decode(source.map.mappings).map((line) => line.map((segment) => inSource(segment, index))));
    lines.push(...source.code.split("\n"), "};");
  }
  lines.push(RUNTIME);
  const placeOf = ({ file }: Source): string => JSON.stringify(nameFrom(folder, file));
  for (const source of order) if (source.isModule) lines.push(`await enter(${placeOf(source)});`);
  const last = order.at(-1)!;
  lines.push(`enter(${placeOf(last)});`, `const network = find(${placeOf(last)}).exports;`);
  lines.push(...(last.isModule ? [...namesOf(last, graph)].map(exportLine) : ["export default network;"]));
  const map = { version: 3, names: [], sources: order.map(({ file }) => file), mappings: encode(mappings) };
  return { code: `${lines.join("\n")}\n`, map: JSON.stringify(map) };
}

function inSource(segment: SourceMapSegment, index: number): SourceMapSegment {
  return segment.length === 1 ? segment : [segment[0], index, segment[2], segment[3]];
}

function addressOf(target: Target): string[] {
  return "outside" in target ? [target.outside] : [];
}

/** Whether a file passes on what other files export, which may be CommonJS. */
function isOpen({ passesOn }: Source): boolean {
  return passesOn.length > 0;
}

/** Imports by name, so that JavaScript itself refuses names that do not exist. */
function namedImports(order: readonly Source[], targets: Graph["targets"]): string[] {
  const wanted = order.flatMap(({ file, imports }) =>
    imports.flatMap(({ from, name }) => {
      const target = targets.get(file)!.get(from);
      return target && "outside" in target
        ? [`${JSON.stringify(name)} as ?} from ${JSON.stringify(target.outside)};`]
        : [];
    }),
  );
  return [...new Set(wanted)].map((line, i) => `import { ${line.replace("?", `named${i} `)}`);
}

/** The names that a file exports, with those that it passes on from other files. */
function namesOf(source: Source, graph: Graph, seen = new Set<Source>()): Set<string> {
  seen.add(source);
  const others = source.passesOn.flatMap((from) => {
    const target = graph.targets.get(source.file)!.get(from)!;
    const other = graph.order.find(({ file }) => "file" in target && file === target.file);
    return other && !seen.has(other) ? [...namesOf(other, graph, seen)].filter((name) => name !== "default") : [];
  });
  return new Set([...source.exports, ...others]);
}

function exportLine(name: string, i: number): string {
  const value = `network[${JSON.stringify(name)}]`;
  return name === "default"
    ? `export default ${value};`
    : `const export${i} = ${value}; export { export${i} as ${name} };`;
}
