/**
 * Marks the calls that only describe arguments (errors/kinds.ts, errors/signature.ts) as pure. Otherwise bundlers would
 * keep every function that is made by such a call, used or not, and all that it needs.
 */
import ts from "typescript";

const describing = new Set(
  "Signature checked required optional kind numberWithin integer only oneOf arrayOf pairOf size2d instance either orNull text".split(
    " ",
  ),
);

/** The source of a file with a mark before each of these calls. */
export function withPureCalls(name, source) {
  const places = [];
  const visit = (node) => {
    const isCall = ts.isCallExpression(node) || ts.isNewExpression(node);
    if (isCall && ts.isIdentifier(node.expression) && describing.has(node.expression.text)) {
      places.push(node.getStart());
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true));
  return places.reduceRight((text, at) => `${text.slice(0, at)}/* @__PURE__ */ ${text.slice(at)}`, source);
}
