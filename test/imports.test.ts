/**
 * The direction of the imports in src: nothing knows what stands to its right. What the browser loads needs no Node,
 * and the command line uses public names only.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/**
 * Folders and files without extension, in the order in which they may be imported: each knows itself and what stands
 * before it. A file belongs to the longest entry that names it or a folder around it. Two folders stand in two places:
 * the graph's nodes come before the ops, while gradients and the float64 reference go through the ops' records; and
 * the compiler says what kernels and views are before wasm/kernels has them, and plans with them after.
 */
const order = [
  "errors",
  "rounding",
  "shape",
  "thousands",
  "wasm",
  "graph",
  "ops",
  "graph/gradients",
  "graph/reference",
  "compiler/views",
  "compiler/kernel",
  "wasm/kernels",
  "compiler",
  "runtime",
  "tensor",
  "creation",
  "compile",
  "random",
  "nn",
  "optim",
  "data",
  "train",
  "import",
  "predict",
  "progress",
  "summary",
  "quiz",
  "report",
  "export",
  "index",
  "cli",
];

/** Types that may come from the right, with the reason. They are gone when the program runs. */
const typesFromTheRight: Readonly<Record<string, string>> = {
  "graph/node -> ops/op": "a node names its op",
};

/** What a user of the package can import: see "exports" in package.json. */
const publicFiles = [
  "index",
  "summary/index",
  "quiz/index",
  "data/index",
  "train/index",
  "train/node",
  "import/index",
  "export/index",
  "predict/index",
  "report/index",
];
/** Public names that a browser can load. */
const browserFiles = [
  "index",
  "summary/index",
  "quiz/index",
  "train/index",
  "import/index",
  "export/index",
  "predict/index",
  "report/index",
];

interface Import {
  readonly from: string;
  /** A file of src without extension, or the name of a package. */
  readonly to: string;
  readonly typeOnly: boolean;
}

const root = fileURLToPath(new URL("../src", import.meta.url));
const files = fs
  .readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => /(?<!\.test|\.d)\.ts$/.test(file))
  .map((file) => file.replaceAll(path.sep, "/").replace(/\.ts$/, ""));
const imports = files.flatMap(importsOf);

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

/** The place of a file in the order. */
function placeOf(file: string): number {
  const holds = (entry: string): boolean => file === entry || file.startsWith(`${entry}/`);
  const longest = order.filter(holds).sort((a, b) => b.length - a.length)[0];
  assert.ok(longest !== undefined, `src/${file}.ts has no place in the order of imports (test/imports.test.ts)`);
  return order.indexOf(longest);
}

const isOurs = ({ to }: Import): boolean => files.includes(to);

test("nothing imports what stands to its right", () => {
  assert.ok(imports.length > 300, "the imports have been found");
  const toTheRight = imports.filter((one) => isOurs(one) && placeOf(one.to) > placeOf(one.from));
  const forbidden = toTheRight.filter(
    ({ from, to, typeOnly }) => !typeOnly || !(`${from} -> ${to}` in typesFromTheRight),
  );
  assert.deepEqual(forbidden.map(describe), []);
});

test("every exception for types is used", () => {
  const used = new Set(imports.filter(({ typeOnly }) => typeOnly).map(({ from, to }) => `${from} -> ${to}`));
  assert.deepEqual(
    Object.keys(typesFromTheRight).filter((exception) => !used.has(exception)),
    [],
  );
});

test("relative imports lead to files of src", () => {
  const lost = imports.filter(
    (one) => !isOurs(one) && /^[./]|^\w+\/.*\.\w+$/.test(one.to) && !one.to.startsWith("node:"),
  );
  assert.deepEqual(lost.map(describe), []);
});

test("what a browser loads imports nothing of Node's", () => {
  const reached = new Set<string>();
  const reach = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { to, typeOnly } of imports.filter(({ from }) => from === file))
      if (!typeOnly && files.includes(to)) reach(to);
  };
  browserFiles.forEach(reach);
  assert.ok(reached.size > 100);
  const node = imports.filter(({ from, to, typeOnly }) => reached.has(from) && !typeOnly && to.startsWith("node:"));
  assert.deepEqual(node.map(describe), []);
});

test("the command line uses public names only", () => {
  const inner = imports.filter((one) => one.from.startsWith("cli/") && isOurs(one) && !one.to.startsWith("cli/"));
  assert.ok(inner.length > 0);
  assert.deepEqual(inner.filter(({ to }) => !publicFiles.includes(to)).map(describe), []);
});

test("the public files are the package's exports", () => {
  const text = fs.readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { exports } = JSON.parse(text) as { exports: Record<string, string | { default: string }> };
  const targets = Object.values(exports).flatMap((target) => (typeof target === "string" ? [] : [target.default]));
  assert.deepEqual(targets.sort(), publicFiles.map((file) => `./dist/${file}.js`).sort());
});

function describe({ from, to, typeOnly }: Import): string {
  return `src/${from}.ts imports ${typeOnly ? "types of " : ""}${to}`;
}
