/**
 * Checks the direction of the imports in src: no folder imports one to its right. Code that browsers load does not need
 * Node, and the command line uses only public names.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** The folders of src in import order: each may import itself and those before it. */
const order = [
  "errors",
  "text",
  "wasm",
  "graph",
  "ops",
  "autograd",
  "kernels",
  "compiler",
  "runtime",
  "reference",
  "tensor",
  "random",
  "nn",
  "optim",
  "formats",
  "data",
  "progress",
  "trace",
  "inspect",
  "config",
  "exercise",
  "train",
  "runs",
  "advice",
  "import",
  "predict",
  "summary",
  "quiz",
  "report",
  "export",
  "entries",
  "cli",
];

/** The entries that need Node; a browser can load the others. */
const nodeEntries = ["entries/data", "entries/train-node"];
interface Import {
  readonly from: string;
  /** A file in src, without its extension, or the name of a package. */
  readonly to: string;
  readonly typeOnly: boolean;
}

const root = fileURLToPath(new URL("../src", import.meta.url));
const files = fs
  .readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => /(?<!\.test|\.d)\.ts$/.test(file))
  .map((file) => file.replaceAll(path.sep, "/").replace(/\.ts$/, ""));
const imports = files.flatMap(importsOf);
const entries = files.filter((file) => file.startsWith("entries/"));

/** Static and dynamic imports, and exports from elsewhere. */
function importsOf(from: string): Import[] {
  const text = fs.readFileSync(path.join(root, `${from}.ts`), "utf8");
  const found: Import[] = [];
  const note = (target: string, typeOnly: boolean): void => {
    const inside = path.posix.join(path.posix.dirname(from), target.replace(/\.js$/, ""));
    found.push({ from, to: target.startsWith(".") ? inside : target, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) note((node.moduleSpecifier as ts.StringLiteral).text, isTypeImport(node));
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
      note((node.moduleSpecifier as ts.StringLiteral).text, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [target] = node.arguments;
      if (target && ts.isStringLiteral(target)) note(target.text, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(from, text, ts.ScriptTarget.ES2022));
  return found;
}

function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause) return false;
  const { phaseModifier, name, namedBindings } = importClause;
  if (phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  return (
    !name && !!namedBindings && ts.isNamedImports(namedBindings) && namedBindings.elements.every((e) => e.isTypeOnly)
  );
}

/** The position of a file's folder in the order. */
function placeOf(file: string): number {
  const place = order.indexOf(file.split("/")[0]!);
  assert.ok(place >= 0, `src/${file}.ts has no place in the order of imports (test/imports.test.ts)`);
  return place;
}

const isOurs = ({ to }: Import): boolean => files.includes(to);

test("no folder imports one to its right", () => {
  assert.ok(imports.length > 300, "the imports have been found");
  const toTheRight = imports.filter((one) => isOurs(one) && placeOf(one.to) > placeOf(one.from));
  assert.deepEqual(toTheRight.map(describe), []);
});

test("relative imports lead to files in src", () => {
  const lost = imports.filter(
    (one) => !isOurs(one) && /^[./]|^\w+\/.*\.\w+$/.test(one.to) && !one.to.startsWith("node:"),
  );
  assert.deepEqual(lost.map(describe), []);
});

test("code for browsers imports nothing from Node", () => {
  const reached = new Set<string>();
  const reach = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { to, typeOnly } of imports.filter(({ from }) => from === file))
      if (!typeOnly && files.includes(to)) reach(to);
  };
  entries.filter((file) => !nodeEntries.includes(file)).forEach(reach);
  assert.ok(reached.size > 100);
  const node = imports.filter(({ from, to, typeOnly }) => reached.has(from) && !typeOnly && to.startsWith("node:"));
  assert.deepEqual(node.map(describe), []);
});

test("the command line uses only public names", () => {
  const inner = imports.filter((one) => one.from.startsWith("cli/") && isOurs(one) && !one.to.startsWith("cli/"));
  assert.ok(inner.length > 0);
  assert.deepEqual(inner.filter(({ to }) => !entries.includes(to)).map(describe), []);
});

test("the entries are the package's exports", () => {
  const text = fs.readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { exports } = JSON.parse(text) as { exports: Record<string, string | { types: string }> };
  const types = Object.values(exports).flatMap((target) => (typeof target === "string" ? [] : [target.types]));
  assert.deepEqual(types.sort(), entries.map((file) => `./dist/${file}.d.ts`).sort());
});

/** A cycle among the imports that `follows` accepts, as the files along it; undefined if there is none. */
function findCycle(follows: (one: Import) => boolean): string[] | undefined {
  const targets = new Map(files.map((file) => [file, [] as string[]]));
  for (const one of imports) if (isOurs(one) && follows(one)) targets.get(one.from)!.push(one.to);
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const to of targets.get(file)!) {
      const cycle = visit(to, [...trail, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of files) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}

test("imports of values form no cycle", () => {
  assert.equal(findCycle(({ typeOnly }) => !typeOnly)?.join(" -> "), undefined);
});

test("only node, variable and op need each other's types", () => {
  const targets = new Map(files.map((file) => [file, imports.filter((one) => one.from === file && isOurs(one))]));
  const reachedFrom = (start: string): Set<string> => {
    const reached = new Set<string>();
    const visit = (file: string): void => {
      for (const { to } of targets.get(file)!) if (!reached.has(to)) visit((reached.add(to), to));
    };
    visit(start);
    return reached;
  };
  const onCycles = files.filter((file) => reachedFrom(file).has(file));
  assert.deepEqual(onCycles.sort(), ["graph/node", "graph/op", "graph/variable"]);
});

function describe({ from, to, typeOnly }: Import): string {
  return `src/${from}.ts imports ${typeOnly ? "types of " : ""}${to}`;
}
