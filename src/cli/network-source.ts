/** One file of a network, translated from TypeScript and ES modules to a function's body that calls `require`. */
import fs from "node:fs";
import path from "node:path";
import { parse, type Node } from "acorn";
import { transform } from "sucrase";
import { KilogradError } from "../entries/index.js";
import { nameHint } from "./name-hint.js";

/** A name that a module imports from another. */
export interface Import {
  readonly from: string;
  readonly name: string;
}

/** A translated file. */
export interface Source {
  readonly file: string;
  readonly text: string;
  /** The body of a function of require, module, exports, __filename, __dirname and importMeta_. */
  readonly code: string;
  /** The source map of `code`. */
  readonly map: { readonly mappings: string };
  /** Whether it is an ES module, rather than CommonJS or JSON. */
  readonly isModule: boolean;
  /** The names of the modules that it imports or requires. */
  readonly requests: readonly string[];
  readonly imports: readonly Import[];
  readonly exports: ReadonlySet<string>;
  /** The modules of which it exports everything. */
  readonly passesOn: readonly string[];
}

type Tree = Node & Readonly<Record<string, unknown>>;

/** @throws KilogradError with the place of a mistake in the file */
export function readSource(file: string): Source {
  const text = fs.readFileSync(file, "utf8");
  if (file.endsWith(".json")) return fromJson(file, text);
  const isTyped = /\.[cm]?tsx?$/.test(file);
  if (isTyped) refuseNamespaces(file, text);
  const plain = translate(file, text, isTyped ? ["typescript"] : []);
  const { body } = check(file, text, plain.code, "module") as unknown as { body: Tree[] };
  const isModule = body.some(({ type }) => /^(Import|Export)/.test(type)) || /\.m[jt]s$/.test(file);
  const { code, map } = isModule
    ? translate(file, text, [...(isTyped ? ["typescript" as const] : []), "imports"])
    : plain;
  const tree = check(file, text, code, "function");
  const requests: string[] = [];
  const metas: number[] = [];
  visit(tree, (node) => {
    if (node.type === "MetaProperty" && (node["meta"] as { name: string }).name === "import") metas.push(node.start);
    const name = requestOf(node);
    if (name !== undefined) requests.push(name);
  });
  return {
    file,
    text,
    // The replacement is as long, so that columns stay.
    code: metas.reduce((so, at) => `${so.slice(0, at)}importMeta_${so.slice(at + 11)}`, code),
    map,
    isModule,
    requests: [...new Set(requests)],
    imports: body.flatMap(importsOf),
    exports: new Set(body.flatMap(exportsOf)),
    passesOn: body.flatMap(passedOn),
  };
}

/** The translation would leave them out without a word. */
function refuseNamespaces(file: string, text: string): void {
  const lines = text.split("\n");
  const index = lines.findIndex((line) => /(^|[;}])\s*(export\s+)?(namespace|module)\s+[\w.]+\s*\{/.test(line));
  if (index < 0) return;
  const column = lines[index]!.search(/\b(namespace|module)\b/) + 1;
  const hint = "write a module of its own, or an object";
  throw mistake({ file, text }, index + 1, column, "a network's file may not have TypeScript's namespaces", hint);
}

function fromJson(file: string, text: string): Source {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new KilogradError({ op: "net", problem: `${file}: ${(error as Error).message}`, hint: "mend the file" });
  }
  const empty = { requests: [], imports: [], exports: new Set<string>(), passesOn: [], isModule: false };
  const map = { mappings: "" };
  return { file, text, code: `module.exports = ${text}`, map, ...empty };
}

interface Translated {
  readonly code: string;
  readonly map: { readonly mappings: string };
}

function translate(file: string, text: string, transforms: ("typescript" | "imports")[]): Translated {
  try {
    const { code, sourceMap } = transform(text.replace(/^#!/, "//"), {
      transforms,
      disableESTransforms: true,
      filePath: file,
      sourceMapOptions: { compiledFilename: file },
    });
    return { code, map: sourceMap! };
  } catch (error) {
    const { line = 1, column = 1 } = (error as { loc?: { line: number; column: number } }).loc ?? {};
    const what = (error as Error).message
      .replace(/^Error transforming .*?: (?=[A-Z])/, "")
      .replace(/ \(\d+:\d+\)$/, "");
    throw mistake({ file, text }, line, column, what, undefined, error);
  }
}

/** Parses what came out of a translation, which keeps lines. */
function check(file: string, text: string, code: string, as: "module" | "function"): Tree {
  const isModule = as === "module";
  try {
    return parse(code, {
      ecmaVersion: "latest",
      sourceType: isModule ? "module" : "script",
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: true,
      allowImportExportEverywhere: true,
      allowHashBang: true,
    }) as unknown as Tree;
  } catch (error) {
    // CommonJS may be written in JavaScript's old, sloppy mode.
    if (isModule && !/^\s*(import|export)\b/m.test(code)) return check(file, text, code, "function");
    const { line = 1, column = 0 } = (error as { loc?: { line: number; column: number } }).loc ?? {};
    const what = (error as Error).message.replace(/ \(\d+:\d+\)$/, "");
    throw mistake({ file, text }, line, column + 1, what, undefined, error);
  }
}

/** A mistake in a line of a file. */
export function mistake(
  { file, text }: Pick<Source, "file" | "text">,
  line: number,
  column: number,
  what: string,
  hint = "mend this line",
  cause?: unknown,
): KilogradError {
  const shown = text.split("\n")[line - 1]?.trim() ?? "";
  return new KilogradError({ op: "net", problem: `${file}:${line}:${column}: ${shown}: ${what}`, hint }, { cause });
}

/** A mistake in the line of a file that imports something. */
export function mistakeAt(source: Source, words: string, what: string, hint?: string): KilogradError {
  const lines = source.text.split("\n");
  const line = Math.max(
    0,
    lines.findIndex((one) => /\b(import|export|require|from)\b/.test(one) && one.includes(words)),
  );
  const at = lines[line]!.indexOf(words);
  const column = Math.max(0, /["']/.test(lines[line]![at - 1] ?? "") ? at - 1 : at);
  return mistake(source, line + 1, column + 1, what, hint ?? nameHint(new Error(what)));
}

function visit(node: unknown, look: (node: Tree) => void): void {
  if (Array.isArray(node)) for (const one of node) visit(one, look);
  else if (typeof node === "object" && node !== null) {
    if (typeof (node as Tree).type === "string") look(node as Tree);
    for (const value of Object.values(node)) if (typeof value === "object") visit(value, look);
  }
}

/** The name in `require("name")`. */
function requestOf({ type, callee, arguments: given }: Tree): string | undefined {
  if (type !== "CallExpression" || (callee as { name?: string }).name !== "require") return undefined;
  const [first] = given as { value?: unknown }[];
  return typeof first?.value === "string" ? first.value : undefined;
}

interface Specifier {
  readonly type: string;
  readonly imported?: { name?: string };
  readonly local?: { name?: string };
  readonly exported?: { name?: string };
}

function importsOf({ type, source, specifiers }: Tree): Import[] {
  if (source === undefined || source === null || specifiers === undefined) return [];
  const from = (source as { value: string }).value;
  return (specifiers as Specifier[]).flatMap((one) => {
    if (one.type === "ImportDefaultSpecifier") return [{ from, name: "default" }];
    const name = type === "ImportDeclaration" ? one.imported?.name : one.local?.name;
    return name === undefined ? [] : [{ from, name }];
  });
}

function passedOn({ type, source, exported }: Tree): string[] {
  return type === "ExportAllDeclaration" && !exported ? [(source as { value: string }).value] : [];
}

interface Pattern {
  readonly name?: string;
}

function exportsOf({ type, declaration, specifiers, exported }: Tree): string[] {
  if (type === "ExportDefaultDeclaration") return ["default"];
  if (type === "ExportAllDeclaration") return exported ? [(exported as Pattern).name ?? ""] : [];
  if (type !== "ExportNamedDeclaration") return [];
  const names = (specifiers as Specifier[]).map((one) => one.exported?.name ?? "");
  const { id, declarations = [] } = (declaration ?? {}) as { id?: Pattern; declarations?: { id: unknown }[] };
  if (id?.name !== undefined) names.push(id.name);
  for (const { id: pattern } of declarations) {
    visit(pattern, ({ type: kind, name }) => {
      if (kind === "Identifier") names.push(name as string);
    });
  }
  return names;
}

/** The path of a file from a folder, with slashes. */
export function nameFrom(folder: string, file: string): string {
  return path.relative(folder, file).split(path.sep).join("/");
}
