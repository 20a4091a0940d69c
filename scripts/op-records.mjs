/**
 * Removes from the ops' records in the bundle what only tests read: sample inputs, the float64 reference, PyTorch's
 * expressions, and why a gradient is not checked. This is a tenth of the core library.
 */
import ts from "typescript";

const readByTests = new Set(["samples", "range", "extra", "reference", "torch", "gradientCaveat"]);

/** The source of a file without these properties. */
export function withoutTestData(name, source) {
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
