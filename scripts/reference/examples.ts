/**
 * The examples in the docs of public names. They are written without imports, which follow from the names that an
 * example uses.
 */
import ts from "typescript";
import { root, type PublicName, type Surface } from "./public-names.js";

export interface Example {
  readonly of: PublicName;
  /** Where it is: a file, relative to the checkout, and the line of its tag. */
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

export function examplesOf({ names }: Surface): Example[] {
  return names.flatMap((of) =>
    of.declarations.flatMap((declaration) =>
      ts
        .getJSDocTags(declaration)
        .filter(({ tagName }) => tagName.text === "example")
        .map((tag) => ({ of, ...place(tag), code: codeOf(ts.getTextOfJSDocComment(tag.comment) ?? "") })),
    ),
  );
}

function place(tag: ts.JSDocTag): { file: string; line: number } {
  const source = tag.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(tag.getStart());
  return { file: source.fileName.slice(root.length + 1), line: line + 1 };
}

/** The code of an example, which may be between fences. */
export function codeOf(text: string): string {
  return text.replace(/^```\w*\n([^]*)\n```$/, "$1").trim();
}

/** Knows the import path of every public name. */
export class Imports {
  /** If several import paths have a name, the example's own path comes first, and then the package's order decides. */
  constructor(private readonly exports: Surface["exports"]) {}

  /** The import statements that an example needs. The example belongs to `importPath`. */
  for(code: string, importPath: string): string[] {
    const paths = [importPath, ...this.exports.keys()];
    const wanted = new Map<string, string[]>();
    for (const name of freeNames(code)) {
      const from = paths.find((one) => this.exports.get(one)?.has(name));
      if (from === undefined) continue;
      const isValue = this.exports.get(from)!.get(name)!.flags & ts.SymbolFlags.Value;
      wanted.set(from, [...(wanted.get(from) ?? []), isValue ? name : `type ${name}`]);
    }
    const bare = (name: string): string => name.replace("type ", "");
    return [...this.exports.keys()].flatMap((from) => {
      const names = wanted.get(from)?.sort((a, b) => bare(a).localeCompare(bare(b), "en"));
      return names ? [`import { ${names.join(", ")} } from "${from}";`] : [];
    });
  }
}

/** The names that a program uses but does not declare: those of the language, and those to import. */
function freeNames(code: string): Set<string> {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      if (isDeclared(node)) declared.add(node.text);
      else if (isUsed(node)) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("example.ts", code, ts.ScriptTarget.ES2022, true));
  return new Set([...used].filter((name) => !declared.has(name)));
}

function isDeclared(node: ts.Identifier): boolean {
  const { parent } = node;
  const isDeclaration =
    ts.isVariableDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isBindingElement(parent) ||
    ts.isFunctionDeclaration(parent) ||
    ts.isClassDeclaration(parent) ||
    ts.isImportClause(parent) ||
    ts.isImportSpecifier(parent) ||
    ts.isNamespaceImport(parent);
  return isDeclaration && parent.name === node;
}

/** Whether an identifier refers to a variable: it does not follow a dot, or name a property or member. */
function isUsed(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isBindingElement(parent)) return parent.propertyName !== node;
  return !((ts.isPropertyAssignment(parent) || ts.isClassElement(parent)) && parent.name === node);
}
