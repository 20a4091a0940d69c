/**
 * Makes TypeScript's private members of internal classes private to JavaScript (`#heap`), because minifiers shorten such
 * names; that is 0.7 KB of the core library. A member that its class also reads in another way than `this.heap`, for
 * example of another instance, stays as it is.
 */
import ts from "typescript";

/** The source of a file with `#` in front of the names of private members. */
export function withPrivateMembers(name, source) {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const edits = file.statements.filter(ts.isClassDeclaration).flatMap(editsOf);
  edits.sort((a, b) => b.from - a.from || b.to - a.to);
  return edits.reduce((text, { from, to, by }) => text.slice(0, from) + by + text.slice(to), source);
}

function editsOf(type) {
  const { uses, otherwise } = readingsIn(type);
  const maker = type.members.find(ts.isConstructorDeclaration);
  const isHidden = (member) =>
    has(member, "PrivateKeyword") && !has(member, "StaticKeyword") && !otherwise.has(member.name.text);
  const members = type.members.filter(isHidden);
  const parameters = maker?.parameters.filter(isHidden) ?? [];
  const names = new Set([...members, ...parameters].map(({ name }) => name.text));
  return [
    ...members.flatMap((member) => [withoutPrivate(member), insert(member.name.getStart(), "#")]),
    ...(parameters.length > 0 ? asFields(parameters, maker, type) : []),
    ...uses.filter(({ text }) => names.has(text)).map((name) => insert(name.getStart(), "#")),
  ];
}

/** Where a class reads `this.name`, and the names of what it reads otherwise. */
function readingsIn(type) {
  const [uses, otherwise] = [[], new Set()];
  const visit = (node) => {
    if (ts.isPropertyAccessExpression(node)) {
      if (node.expression.kind === ts.SyntaxKind.ThisKeyword) uses.push(node.name);
      else otherwise.add(node.name.text);
    } else if (ts.isBindingElement(node)) otherwise.add((node.propertyName ?? node.name).text);
    else if (ts.isStringLiteralLike(node)) otherwise.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(type);
  return { uses, otherwise };
}

/** Turns parameters that are fields into plain ones, declares the fields, and sets them first of all. */
function asFields(parameters, maker, type) {
  const names = parameters.map(({ name }) => name.text);
  const callsSuper = maker.body.statements.find((statement) => statement.getText().startsWith("super("));
  return [
    insert(type.members.pos, names.map((name) => ` #${name};`).join("")),
    ...parameters.map(({ modifiers, name }) => ({ from: modifiers[0].getStart(), to: name.getStart(), by: "" })),
    insert(callsSuper?.end ?? maker.body.getStart() + 1, names.map((name) => ` this.#${name} = ${name};`).join("")),
  ];
}

function withoutPrivate({ modifiers }) {
  const word = modifiers.find(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
  return { from: word.getStart(), to: word.end, by: "" };
}

const has = ({ modifiers }, word) => modifiers?.some(({ kind }) => kind === ts.SyntaxKind[word]) ?? false;
const insert = (at, by) => ({ from: at, to: at, by });
