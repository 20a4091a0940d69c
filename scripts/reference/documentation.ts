/** What the doc comment of a public name must say, and what is missing. */
import ts from "typescript";
import { placeOf, type PublicName, type Surface } from "./public-names.js";

/**
 * Lists what is missing from the docs of public names, a line for each gap: `src/ops/view.ts:12: Tensor.flip has no
 * example`.
 * - Every name has a summary.
 * - Every parameter is described, and so is every error that the code itself throws.
 * - Functions, classes and methods have an example. A method that only overrides one of a documented class needs no
 *   example of its own. Neither does a method named by a symbol, because no program calls `[Symbol.iterator]` by that
 *   name.
 */
export function gaps({ names, checker }: Surface): string[] {
  return names.flatMap((name) => {
    const place = placeOf(name.declarations[0]!);
    return lacks(name, checker).map((gap) => `${place}: ${name.name} (${name.importPath}) ${gap}`);
  });
}

function lacks(name: PublicName, checker: ts.TypeChecker): string[] {
  return [
    ...(needsSummary(name) && summaryOf(name, checker) === "" ? ["has no description"] : []),
    ...undescribed(name, checker).map((parameter) => `does not describe its parameter ${parameter}`),
    ...(throwsItself(name) && !hasTag(name, "throws") ? ["throws, but has no @throws"] : []),
    ...(needsExample(name) && !hasTag(name, "example") ? ["has no @example"] : []),
  ];
}

/** Whether a name needs a description. A constructor is described by its class, and a network's layer by its type. */
function needsSummary({ kind, symbol }: PublicName): boolean {
  if (kind === "constructor") return false;
  const [declaration] = symbol.declarations ?? [];
  return !(declaration && ts.isPropertyDeclaration(declaration) && isLayer(declaration));
}

/** `conv1 = new nn.Conv2d(1, 8, 3)`. */
function isLayer({ initializer, parent }: ts.PropertyDeclaration): boolean {
  const isNetwork = ts.isClassDeclaration(parent) && /\bModule\b/.test(parent.heritageClauses?.[0]?.getText() ?? "");
  return isNetwork && !!initializer && ts.isNewExpression(initializer);
}

/** TypeScript uses the comment of the overridden member if a member has none of its own. */
function summaryOf({ symbol, kind, declarations }: PublicName, checker: ts.TypeChecker): string {
  if (kind === "module") return moduleSummary(declarations[0]!);
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
}

/** The comment at the start of a file, if it is about the module. */
function moduleSummary(file: ts.Declaration): string {
  const text = file.getSourceFile().text;
  return /^\/\*\*[^]*?@module[^]*?\*\//.exec(text)?.[0] ?? "";
}

function undescribed(name: PublicName, checker: ts.TypeChecker): string[] {
  if (isOverride(name)) return [];
  const { symbol, declarations } = name;
  const signatures = declarations.filter((one) => ts.isFunctionLike(one) && !isImplementation(one, declarations));
  return (signatures as ts.SignatureDeclaration[]).flatMap(({ parameters }) =>
    parameters.flatMap((parameter, index) => {
      if (parameter.name.getText() === "this") return [];
      const described = ts.isIdentifier(parameter.name)
        ? ts.displayPartsToString(
            checker.getSymbolAtLocation(parameter.name)?.getDocumentationComment(checker) ?? [],
          ) !== "" || inherited(symbol, parameter.name.text, checker)
        : ts.getJSDocParameterTags(parameter).length > 0;
      return described ? [] : [ts.isIdentifier(parameter.name) ? parameter.name.text : `number ${index + 1}`];
    }),
  );
}

function inherited(symbol: ts.Symbol, parameter: string, checker: ts.TypeChecker): boolean {
  return symbol.getJsDocTags(checker).some(({ name, text }) => name === "param" && text?.[0]?.text === parameter);
}

/** Whether a declaration is the implementation of an overloaded function, which is not one of its signatures. */
function isImplementation(one: ts.Declaration, all: readonly ts.Declaration[]): boolean {
  return all.length > 1 && (one as ts.FunctionLikeDeclaration).body !== undefined;
}

/** Whether the code of a function or method has a `throw` of its own. */
function throwsItself({ declarations }: PublicName): boolean {
  const find = (node: ts.Node): boolean =>
    ts.isThrowStatement(node) || (!ts.isClassLike(node) && (ts.forEachChild(node, find) ?? false));
  return declarations.some((one) => ts.isFunctionLike(one) && find(one));
}

function needsExample(name: PublicName): boolean {
  if (name.kind === "function" || name.kind === "class") return true;
  const written = ts.getNameOfDeclaration(name.declarations[0]);
  const isNamedBySymbol = !!written && ts.isComputedPropertyName(written);
  return name.kind === "method" && !isOverride(name) && !isNamedBySymbol;
}

/** Whether a member overrides one that is documented. */
function isOverride({ declarations: [declaration] }: PublicName): boolean {
  return !!declaration && (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Override) !== 0;
}

function hasTag({ declarations }: PublicName, name: string): boolean {
  return declarations.some((one) => ts.getJSDocTags(one).some(({ tagName }) => tagName.text === name));
}
