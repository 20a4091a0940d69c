/**
 * The public names: everything that the files in src/entries export, including namespaces (`F`, `nn`) and the members
 * of classes and interfaces. Each appears once, under the first import path that has it. The reference, its check and
 * the run of its examples use this list.
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

export type Kind = "module" | "function" | "class" | "constructor" | "method" | "property" | "type" | "constant";

export interface PublicName {
  /** `kilograd/data`. */
  readonly importPath: string;
  /** The name as a program writes it after the import: `DataLoader`, `nn.Conv2d`, `Tensor.add`. */
  readonly name: string;
  readonly kind: Kind;
  readonly symbol: ts.Symbol;
  /** Where it is declared. There are several places for overloads, and for a class merged with an interface. */
  readonly declarations: readonly ts.Declaration[];
}

export interface Surface {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  readonly names: readonly PublicName[];
  /** The exports of each import path, in the package's order. */
  readonly exports: ReadonlyMap<string, ReadonlyMap<string, ts.Symbol>>;
}

/** The package's import paths and their files: `kilograd/data` → `src/entries/data.ts`. */
export function entryFiles(): Map<string, string> {
  const { exports } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
    exports: Record<string, string | { types: string }>;
  };
  const entries = Object.entries(exports).flatMap(([key, target]): [string, string][] => {
    if (typeof target === "string") return [];
    return [[key.replace(/^\./, "kilograd"), target.types.replace("./dist/", "src/").replace(".d.ts", ".ts")]];
  });
  return new Map(entries);
}

/** The compiler settings of this checkout. */
export function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.json"), (file) => ts.sys.readFile(file)) as {
    config: unknown;
  };
  return ts.parseJsonConfigFileContent(config, ts.sys, root).options;
}

export function readSurface(): Surface {
  const entries = entryFiles();
  const files = [...entries.values()].map((file) => path.join(root, file));
  const program = ts.createProgram(files, compilerOptions());
  const checker = program.getTypeChecker();
  const collector = new Collector(checker);
  const exports = new Map<string, ReadonlyMap<string, ts.Symbol>>();
  for (const [importPath, file] of entries) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(path.join(root, file))!)!;
    const symbols = checker
      .getExportsOfModule(module)
      .map((symbol) => [symbol.name, collector.follow(symbol)] as const);
    exports.set(importPath, new Map(symbols));
    collector.addModule(importPath, importPath, module);
    for (const [name, symbol] of symbols) collector.add(importPath, name, symbol);
  }
  collector.addMembers();
  return { program, checker, names: collector.names, exports };
}

class Collector {
  readonly names: PublicName[] = [];
  private readonly owners: { readonly importPath: string; readonly name: string; readonly symbol: ts.Symbol }[] = [];
  private readonly seen = new Set<ts.Symbol | ts.Declaration>();

  constructor(private readonly checker: ts.TypeChecker) {}

  follow(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }

  add(importPath: string, name: string, symbol: ts.Symbol): void {
    if (this.seen.has(symbol) || symbol.declarations?.some(isHidden)) return;
    this.seen.add(symbol);
    if (symbol.flags & ts.SymbolFlags.ValueModule) {
      this.addModule(importPath, name, symbol);
      for (const part of this.checker.getExportsOfModule(symbol)) {
        this.add(importPath, `${name}.${part.name}`, this.follow(part));
      }
      return;
    }
    this.note(importPath, name, kindOf(symbol), symbol);
    this.owners.push({ importPath, name, symbol });
  }

  /**
   * Adds the members of all names so far. Base classes come first, so what `Buffer` inherits from `Tensor` belongs to
   * Tensor.
   */
  addMembers(): void {
    const depth = new Map(this.owners.map((owner) => [owner, this.depthOf(owner.symbol)]));
    const owners = [...this.owners].sort((a, b) => depth.get(a)! - depth.get(b)!);
    for (const { importPath, name, symbol } of owners) {
      for (const member of this.membersOf(symbol)) this.addMember(importPath, name, member);
    }
  }

  /** The depth of a class or interface in its inheritance hierarchy. */
  private depthOf(symbol: ts.Symbol): number {
    const type = this.checker.getDeclaredTypeOfSymbol(symbol);
    const bases = type.isClassOrInterface() ? this.checker.getBaseTypes(type) : [];
    return bases.reduce((depth, { symbol: base }) => Math.max(depth, base ? 1 + this.depthOf(base) : 0), 0);
  }

  addModule(importPath: string, name: string, symbol: ts.Symbol): void {
    this.note(importPath, name, "module", symbol);
  }

  private note(importPath: string, name: string, kind: Kind, symbol: ts.Symbol): void {
    this.names.push({ importPath, name, kind, symbol, declarations: symbol.declarations ?? [] });
  }

  /** The members of a class: those of its instances, its static ones, and its constructor. */
  private membersOf(symbol: ts.Symbol): ts.Symbol[] {
    const own = this.checker.getDeclaredTypeOfSymbol(symbol);
    if (symbol.flags & ts.SymbolFlags.Class) {
      const statics = this.checker.getTypeOfSymbol(symbol).getProperties();
      const made = symbol.members?.get(ts.InternalSymbolName.Constructor);
      return [...own.getProperties(), ...statics, ...(made ? [made] : [])];
    }
    const declared = symbol.declarations?.[0];
    const fields = symbol.flags & ts.SymbolFlags.Interface || (declared && isObjectType(declared));
    return fields ? own.getProperties() : [];
  }

  /** Adds a member. One that is inherited from another public class or interface is listed only there. */
  private addMember(importPath: string, owner: string, member: ts.Symbol): void {
    const [declaration] = member.declarations ?? [];
    if (!declaration || this.seen.has(declaration) || !isOurs(declaration) || isHidden(declaration)) return;
    this.seen.add(declaration);
    const name = declaration.kind === ts.SyntaxKind.Constructor ? `new ${owner}` : `${owner}${memberName(member)}`;
    this.note(importPath, name, memberKind(member), member);
  }
}

const isOurs = (node: ts.Node): boolean => node.getSourceFile().fileName.startsWith(`${root}/src/`);

function isObjectType(node: ts.Declaration): boolean {
  return ts.isTypeAliasDeclaration(node) && ts.isTypeLiteralNode(node.type);
}

/** Whether a member is private, protected, or marked `@internal`. */
function isHidden(declaration: ts.Declaration): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  if (ts.getCombinedModifierFlags(declaration) & hidden) return true;
  const name = ts.getNameOfDeclaration(declaration);
  if (name && ts.isPrivateIdentifier(name)) return true;
  return ts.getJSDocTags(declaration).some((tag) => tag.tagName.text === "internal");
}

/** `.add`, or `[Symbol.iterator]` for a member that is named by a symbol. */
function memberName({ declarations, name }: ts.Symbol): string {
  const written = ts.getNameOfDeclaration(declarations![0]);
  return written && ts.isComputedPropertyName(written) ? written.getText() : `.${name}`;
}

function kindOf(symbol: ts.Symbol): Kind {
  if (symbol.flags & ts.SymbolFlags.Class) return "class";
  if (symbol.flags & ts.SymbolFlags.Function) return "function";
  return symbol.flags & ts.SymbolFlags.Variable ? "constant" : "type";
}

function memberKind({ flags, declarations }: ts.Symbol): Kind {
  if (flags & ts.SymbolFlags.Constructor) return "constructor";
  return flags & ts.SymbolFlags.Method && !ts.isMethodSignature(declarations![0]!) ? "method" : "property";
}

/** `src/nn/module.ts:21`. */
export function placeOf(node: ts.Node): string {
  const file = node.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  return `${path.relative(root, file.fileName)}:${line + 1}`;
}
