/**
 * Gives the exported classes a static `name`, which minifiers keep. Without it, a minified page prints `Dl(1, 8, …)`
 * for `Conv2d(1, 8, …)`, and summaries, errors and exported files contain such names.
 */
import ts from "typescript";

/** Classes of which users see no name: they are bases of others, or internal. */
const unseen = new Set("Callable DropoutBase ModuleFields RecordedGraph Signature".split(" "));

/** The source of a file with a name for each of its exported classes. */
export function withNames(file, source) {
  const { statements } = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const isExported = ({ modifiers }) => modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  const classes = statements.filter(
    (node) => ts.isClassDeclaration(node) && isExported(node) && !unseen.has(node.name.text),
  );
  return classes.reduceRight((text, { name, members }) => {
    const getter = ` static get name() { return "${name.text}"; }`;
    return text.slice(0, members.pos) + getter + text.slice(members.pos);
  }, source);
}
