/**
 * Removes from the ops' records in the bundle what only tests read: sample inputs, the float64 reference, PyTorch's
 * expressions, and why a gradient is not checked. This is a tenth of the core library.
 */
import { readFileSync } from "node:fs";
import ts from "typescript";

const readByTests = new Set(["samples", "range", "extra", "reference", "torch", "gradientCaveat"]);

/** An esbuild plugin. */
export const leanRecords = {
  name: "lean-records",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]ops[\\/][a-z-]+\.ts$/ }, ({ path }) => ({
      contents: withoutTestData(path, readFileSync(path, "utf8")),
      loader: "ts",
    }));
  },
};

function withoutTestData(name, source) {
  const cuts = [];
  const visit = (node) => {
    const isProperty = ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node);
    if (isProperty && readByTests.has(node.name.text)) cuts.push([node.getFullStart(), node.end]);
    else ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true));
  return cuts.reduceRight((text, [from, to]) => {
    const rest = text.slice(to);
    return text.slice(0, from) + (rest.startsWith(",") ? rest.slice(1) : rest);
  }, source);
}
