/**
 * Runs the examples in the docs of public names as a reader would. They pass the strict compiler, each runs in its own
 * folder with a fixed seed, and the results that they state are compared (example-results.ts).
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { examplesOf, Imports, type Example } from "../scripts/reference/examples.js";
import { compilerOptions, entryFiles, readSurface, root } from "../scripts/reference/public-names.js";
import { configure, Generator, manualSeed } from "../src/entries/index.js";
import { exampleFolder } from "./example-folder.js";
import * as results from "./example-results.js";

const only = process.env["EXAMPLES"];
const surface = readSurface();
const examples = examplesOf(surface).filter(({ file }) => !only || only.split(",").some((part) => file.includes(part)));
const imports = new Imports(surface.exports);
const entries = entryFiles();

/** An example as a module, with its imports. */
function program(example: Example, code: string): string {
  return [...imports.for(example.code, example.of.importPath), code, "export {};"].join("\n");
}

/** The compiler's messages for each example, by its index. */
function compile(): Map<number, string[]> {
  const options: ts.CompilerOptions = {
    ...compilerOptions(),
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
    noUnusedLocals: false,
    noUnusedParameters: false,
    noUncheckedIndexedAccess: false,
    exactOptionalPropertyTypes: false,
    noImplicitOverride: false,
  };
  const texts = new Map(
    examples.map((example, i) => [`${root}/test/example-${i}.mts`, program(example, example.code)]),
  );
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (file) => texts.has(file) || disk.fileExists(file),
    readFile: (file) => texts.get(file) ?? disk.readFile(file),
    getSourceFile: (file, ...rest) => {
      const text = texts.get(file);
      return text === undefined ? disk.getSourceFile(file, ...rest) : ts.createSourceFile(file, text, rest[0]);
    },
  };
  const compiled = ts.createProgram([...texts.keys()], options, host);
  return new Map(
    [...texts.keys()].map((file, i) => [
      i,
      ts
        .getPreEmitDiagnostics(compiled, compiled.getSourceFile(file))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
    ]),
  );
}

let complaints: Map<number, string[]>;
before(() => {
  complaints = compile();
  Object.assign(globalThis, { $is: results.is, $throws: results.throws });
});

let stated = 0;
for (const [i, example] of examples.entries()) {
  const { of, file, line, code } = example;
  test(`${of.importPath}: ${of.name} (${file}:${line})`, async (t) => {
    assert.deepEqual(complaints.get(i), [], "the compiler accepts it");
    const checked = results.withChecks(code);
    stated += checked.results;
    const folder = await exampleFolder(t, code);
    const text = program(example, checked.code).replace(
      /(?<= from ")kilograd[^"]*/g,
      (importPath) => pathToFileURL(path.join(root, entries.get(importPath)!)).href,
    );
    const module = path.join(folder, `example-${i}.mts`);
    fs.writeFileSync(module, text);
    t.mock.method(console, "log", () => undefined);
    t.mock.method(process.stderr, "write", () => true); // where progress bars go
    configure({ threads: 1, numerics: "fast" });
    manualSeed(new Generator().initialSeed());
    await import(pathToFileURL(module).href);
  });
}

test("the examples state results", (t) => {
  t.diagnostic(`${examples.length} examples, ${stated} stated results`);
  assert.ok(only || stated >= examples.length, `${stated} results in ${examples.length} examples`);
});
