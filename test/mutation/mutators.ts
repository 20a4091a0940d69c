/**
 * The mutators: each makes small bugs out of a piece of code, as a tired programmer would. Every mutator looks at one
 * node of the syntax tree and lists what could stand in its place.
 */
import ts from "typescript";

export interface Mutator {
  readonly name: string;
  /** The texts that could replace this node; none where the mutator has nothing to change. */
  readonly replacements: (node: ts.Node) => readonly string[];
}

/** What each binary operator becomes. */
const otherOperators: Readonly<Record<string, string>> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "**": "*",
  "<<": ">>",
  ">>": "<<",
  ">>>": "<<",
  "&": "|",
  "|": "&",
  "^": "&",
  "&&": "||",
  "||": "&&",
  "??": "&&",
  "+=": "-=",
  "-=": "+=",
  "*=": "/=",
  "/=": "*=",
};

/** Methods and functions that are easily taken for each other. */
const otherMethods: ReadonlyMap<string, string> = new Map([
  ["every", "some"],
  ["some", "every"],
  ["min", "max"],
  ["max", "min"],
  ["floor", "ceil"],
  ["ceil", "floor"],
  ["startsWith", "endsWith"],
  ["endsWith", "startsWith"],
]);

/** Methods that return something like what they are called on, and can be forgotten. */
const skippedMethods: ReadonlySet<string> = new Set(["filter", "slice", "sort", "toSorted", "reverse", "trim"]);

const isText = (node: ts.Node): boolean => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);

function operator(node: ts.Node): string[] {
  if (!ts.isBinaryExpression(node)) return [];
  const { left, operatorToken, right } = node;
  const other = otherOperators[operatorToken.getText()];
  // A sum of texts has no difference.
  if (other === undefined || isText(left) || isText(right)) return [];
  return [`(${left.getText()} ${other} ${right.getText()})`];
}

function unary(node: ts.Node): string[] {
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const operand = node.operand.getText();
    if (node.operator === ts.SyntaxKind.PlusPlusToken) return [`${operand}--`];
    if (node.operator === ts.SyntaxKind.MinusMinusToken) return [`${operand}++`];
    if (node.operator !== ts.SyntaxKind.PlusToken) return [`(${operand})`];
  }
  return [];
}

/** What decides: an if's condition, a loop's, a conditional expression's. */
function condition(node: ts.Node): string[] {
  const { parent } = node;
  if (ts.isIfStatement(parent) && parent.expression === node) return ["true", "false"];
  if (ts.isConditionalExpression(parent) && parent.condition === node) return ["true", "false"];
  if (ts.isWhileStatement(parent) && parent.expression === node) return ["false"];
  return [];
}

function literal(node: ts.Node): string[] {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return ["false"];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return ["true"];
  // A number may also be the name of a property.
  if (!ts.isNumericLiteral(node) || (ts.isPropertyAssignment(node.parent) && node.parent.name === node)) return [];
  const value = Number(node.text);
  return [String(Number.isInteger(value) ? value + 1 : value * 2)];
}

function method(node: ts.Node): string[] {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
  const { expression, name } = node.expression;
  if (skippedMethods.has(name.text)) return [expression.getText()];
  const other = otherMethods.get(name.text);
  if (other === undefined) return [];
  return [`${expression.getText()}.${other}(${node.arguments.map((argument) => argument.getText()).join(", ")})`];
}

function statement(node: ts.Node): string[] {
  if (ts.isReturnStatement(node)) return node.expression ? [] : ["{}"];
  if (!ts.isExpressionStatement(node)) return [];
  const { expression } = node;
  const callsSuper = ts.isCallExpression(expression) && expression.expression.kind === ts.SyntaxKind.SuperKeyword;
  return callsSuper ? [] : ["{}"];
}

/** The body of a function that answers yes or no: it always answers the same. */
function answer(node: ts.Node): string[] {
  const { parent } = node;
  if (!ts.isFunctionLike(parent) || !("body" in parent) || parent.body !== node) return [];
  const { type } = parent;
  const yesOrNo = type && (type.kind === ts.SyntaxKind.BooleanKeyword || ts.isTypePredicateNode(type));
  if (!yesOrNo) return [];
  return ts.isBlock(node) ? ["{ return true; }", "{ return false; }"] : ["true", "false"];
}

export const mutators: readonly Mutator[] = [
  { name: "operator", replacements: operator },
  { name: "unary", replacements: unary },
  { name: "condition", replacements: condition },
  { name: "literal", replacements: literal },
  { name: "method", replacements: method },
  { name: "statement", replacements: statement },
  { name: "answer", replacements: answer },
];
