/**
 * The results that examples state. A comment at the end of a statement's last line is its result: the value of an
 * expression, a variable's initial value, or what `console.log` prints. It is written as a literal in which an ellipsis
 * marks an omission, and a number is compared to as many digits as it has. `throws ShapeError` names an error.
 */
import assert from "node:assert/strict";
import ts from "typescript";

/**
 * Adds code that compares each stated result with the real one, with functions `$is` and `$throws`. Also counts the
 * results.
 */
export function withChecks(code: string): { code: string; results: number } {
  const file = ts.createSourceFile("example.ts", code, ts.ScriptTarget.ES2022, true);
  const changes: { from: number; to: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    const stated =
      ts.isExpressionStatement(node) || ts.isVariableStatement(node) ? statedResult(node, code) : undefined;
    if (stated === undefined) ts.forEachChild(node, visit);
    else changes.push(check(node as ts.ExpressionStatement | ts.VariableStatement, stated));
  };
  visit(file);
  let checked = code;
  for (const { from, to, text } of changes.sort((a, b) => b.from - a.from)) {
    checked = checked.slice(0, from) + text + checked.slice(to);
  }
  return { code: checked, results: changes.length };
}

function statedResult(node: ts.Node, code: string): string | undefined {
  const [comment] = ts.getTrailingCommentRanges(code, node.getEnd()) ?? [];
  return comment && code.slice(comment.pos + 2, comment.end).trim();
}

function check(
  node: ts.ExpressionStatement | ts.VariableStatement,
  stated: string,
): { from: number; to: number; text: string } {
  const [from, to] = [node.getStart(), node.getEnd()];
  const text = JSON.stringify(stated);
  if (ts.isVariableStatement(node)) {
    const name = node.declarationList.declarations.at(-1)!.name.getText();
    return { from: to, to, text: ` $is(${name}, ${text});` };
  }
  const { expression } = node;
  const source = printed(expression) ?? expression.getText();
  if (/^throws /.test(stated)) {
    return { from, to, text: `await $throws(async () => { ${node.getText()} }, ${text});` };
  }
  return { from, to, text: `$is(${source}, ${text});` };
}

/** The argument of `console.log(…)`. */
function printed(expression: ts.Expression): string | undefined {
  const call = ts.isCallExpression(expression) && expression.expression.getText() === "console.log";
  return call ? expression.arguments[0]!.getText() : undefined;
}

/** Throws unless a value is the one that an example states. */
export function is(value: unknown, stated: string): void {
  if (typeof value === "object" && value !== null && printedForm(value) === stated) return; // like a tensor
  const file = ts.createSourceFile("result.ts", `(${stated.replaceAll("…", "$rest")})`, ts.ScriptTarget.ES2022, true);
  const statement = file.statements[0];
  const troubles = (file as unknown as { parseDiagnostics: readonly unknown[] }).parseDiagnostics;
  const mismatch = `the example states ${stated}, but the result is ${show(value)}`;
  assert.ok(troubles.length === 0 && statement && ts.isExpressionStatement(statement), mismatch);
  assert.ok(matches(value, (statement.expression as ts.ParenthesizedExpression).expression), mismatch);
}

/** Throws unless a function throws the error that an example states. */
export async function throws(call: () => Promise<void>, stated: string): Promise<void> {
  await assert.rejects(call, (error: Error) => {
    assert.ok(`throws ${error.name}: ${error.message}`.startsWith(stated), `${stated}, but got ${String(error)}`);
    return true;
  });
}

/** How an object prints itself. */
function printedForm(value: { toString(): string }): string {
  return value.toString();
}

function show(value: unknown): string {
  if (ArrayBuffer.isView(value)) return JSON.stringify([...(value as Float32Array)]);
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "object" && value !== null && value.constructor !== Object && !Array.isArray(value)
    ? printedForm(value)
    : (JSON.stringify(value) ?? String(value));
}

function matches(value: unknown, stated: ts.Expression): boolean {
  if (ts.isArrayLiteralExpression(stated)) return matchesList(value, stated.elements);
  if (ts.isObjectLiteralExpression(stated)) return matchesRecord(value, stated.properties);
  if (ts.isStringLiteralLike(stated)) return matchesText(value, stated.text);
  if (ts.isPrefixUnaryExpression(stated)) return typeof value === "number" && matches(-value, stated.operand);
  if (ts.isNumericLiteral(stated)) return typeof value === "number" && matchesNumber(value, stated.getText());
  if (ts.isBigIntLiteral(stated)) return value === BigInt(stated.text.slice(0, -1));
  const word = stated.getText();
  const words = new Map<string, unknown>([
    ["true", true],
    ["false", false],
    ["null", null],
    ["undefined", undefined],
    ["NaN", NaN],
    ["Infinity", Infinity],
  ]);
  return words.has(word) && Object.is(words.get(word), value);
}

const isRest = (node: ts.Node): boolean => node.getText() === "$rest";

function matchesList(value: unknown, elements: readonly ts.Expression[]): boolean {
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) return false;
  const list = [...(value as readonly unknown[])];
  const isOpen = elements.length > 0 && isRest(elements.at(-1)!);
  const stated = isOpen ? elements.slice(0, -1) : elements;
  const fits = isOpen ? list.length > stated.length : list.length === stated.length;
  return fits && stated.every((element, i) => matches(list[i], element));
}

function matchesRecord(value: unknown, properties: readonly ts.ObjectLiteralElementLike[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Record<string, unknown>;
  const stated = properties.filter((property) => !isRest(property));
  const keys = Object.keys(record).filter((key) => record[key] !== undefined);
  if (stated.length === properties.length && keys.length !== stated.length) return false;
  return stated.every(
    (property) =>
      ts.isPropertyAssignment(property) &&
      matches(record[(property.name as ts.Identifier | ts.StringLiteral).text], property.initializer),
  );
}

function matchesText(value: unknown, stated: string): boolean {
  if (typeof value !== "string") return false;
  return stated.endsWith("$rest") ? value.startsWith(stated.slice(0, -"$rest".length)) : value === stated;
}

/** Half a unit in the last stated digit. */
function matchesNumber(value: number, stated: string): boolean {
  const [digits, exponent = "0"] = stated.toLowerCase().split("e");
  const decimals = digits!.split(".")[1]?.length ?? 0;
  if (decimals === 0 && exponent === "0") return value === Number(stated);
  return Math.abs(value - Number(stated)) <= 0.5000001 * 10 ** (Number(exponent) - decimals);
}
