/**
 * Shortens the names of TypeScript's private members, because minifiers do not: that is 1.3 KB of the core library. In
 * classes that users see or extend they become private to JavaScript (`#heap`), and minifiers shorten those. In other
 * classes they get a letter, the same ones in each class, and need no declaration. A member that its class also reads in
 * another way than `this.heap`, for example of another instance, stays as it is.
 */
import ts from "typescript";

/** The source of a file with `#` in front of the names of private members. */
export const withPrivateMembers = (name, source) => edited(name, source, (member) => `#${member}`);

/** The source of a file with a letter for each private member. A class that extends another one gets `#` instead. */
export function withShortMembers(name, source) {
  const letters = [..."etrnosiadlucfmybhgpvwxkATOLZQ"].filter((letter) => !source.includes(`readonly ${letter}:`));
  return edited(name, source, (member, index, isDerived) => (isDerived ? `#${member}` : letters[index]));
}

function edited(name, source, rename) {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const edits = file.statements.filter(ts.isClassDeclaration).flatMap((type) => editsOf(type, rename));
  edits.sort((a, b) => b.from - a.from || b.to - a.to);
  return edits.reduce((text, { from, to, by }) => text.slice(0, from) + by + text.slice(to), source);
}

function editsOf(type, rename) {
  const { uses, otherwise } = readingsIn(type);
  const maker = type.members.find(ts.isConstructorDeclaration);
  const isHidden = (member) =>
    has(member, "PrivateKeyword") && !has(member, "StaticKeyword") && !otherwise.has(member.name.text);
  const members = type.members.filter(isHidden);
  const parameters = maker?.parameters.filter(isHidden) ?? [];
  const isDerived = type.heritageClauses?.some(({ token }) => token === ts.SyntaxKind.ExtendsKeyword) ?? false;
  const names = new Map(
    [...new Set([...members, ...parameters].map(({ name }) => name.text))].map((name, index) => {
      return [name, rename(name, index, isDerived)];
    }),
  );
  return [
    ...members.flatMap((member) => [withoutPrivate(member), renamed(member.name, names)]),
    ...(parameters.length > 0 ? asFields(parameters, maker, type, names) : []),
    ...uses.filter(({ text }) => names.has(text)).map((name) => renamed(name, names)),
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
function asFields(parameters, maker, type, names) {
  const fields = parameters.map(({ name }) => [names.get(name.text), name.text]);
  const callsSuper = maker.body.statements.find((statement) => statement.getText().startsWith("super("));
  return [
    insert(type.members.pos, fields.map(([field]) => ` ${field};`).join("")),
    ...parameters.map(({ modifiers, name }) => ({ from: modifiers[0].getStart(), to: name.getStart(), by: "" })),
    insert(
      callsSuper?.end ?? maker.body.getStart() + 1,
      fields.map(([field, name]) => ` this.${field} = ${name};`).join(""),
    ),
  ];
}

function withoutPrivate({ modifiers }) {
  const word = modifiers.find(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
  return { from: word.getStart(), to: word.end, by: "" };
}

const renamed = (name, names) => ({ from: name.getStart(), to: name.end, by: names.get(name.text) });
const has = ({ modifiers }, word) => modifiers?.some(({ kind }) => kind === ts.SyntaxKind[word]) ?? false;
const insert = (at, by) => ({ from: at, to: at, by });
