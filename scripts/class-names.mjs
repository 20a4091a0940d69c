/**
 * Gives the exported classes a static `name`, which minifiers keep. Without it, a minified page prints `Dl(1, 8, …)`
 * for `Conv2d(1, 8, …)`, and summaries, errors and exported files contain such names.
 */
import { readFileSync } from "node:fs";
import ts from "typescript";
import { withPureCalls } from "./pure-calls.mjs";

/** Files whose classes users never see. */
const internal = /[\\/]src[\\/](compiler|export|formats|graph|kernels|ops|runtime|wasm)[\\/]/;

/** An esbuild plugin. */
export const classNames = {
  name: "class-names",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) =>
      internal.test(path)
        ? undefined
        : { contents: withPureCalls(withNames(path, readFileSync(path, "utf8"))), loader: "ts" },
    );
  },
};

function withNames(file, source) {
  const { statements } = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const classes = statements.filter(
    (node) => ts.isClassDeclaration(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
  );
  return classes.reduceRight((text, { name, members }) => {
    const getter = ` static get name() { return "${name.text}"; }`;
    return text.slice(0, members.pos) + getter + text.slice(members.pos);
  }, source);
}
