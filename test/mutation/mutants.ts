/** The mutants of a file: where it can be changed by one small bug, and its text with one of them put in. */
import ts from "typescript";
import { mutators } from "./mutators.js";

export interface Mutant {
  /** The file, relative to the checkout. */
  readonly file: string;
  readonly mutator: string;
  /** The piece of text that is replaced. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** Whether the piece is a statement; else it is an expression. */
  readonly statement: boolean;
}

/** All mutants of a file, in the order of their places. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const mutants: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    if (isNoise(node)) return;
    for (const { name, replacements } of mutators) {
      for (const replacement of replacements(node)) {
        const [start, end] = [node.getStart(), node.getEnd()];
        const statement = ts.isStatement(node) || ts.isBlock(node);
        mutants.push({ file, mutator: name, start, end, replacement, statement });
      }
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return mutants.sort((a, b) => a.start - b.start || b.end - a.end);
}

/**
 * What no test should pin: types and imports, which are gone when the program runs; what an error says; and pieces of
 * an optional chain, which cannot be replaced one by one.
 */
function isNoise(node: ts.Node): boolean {
  if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return true;
  if (ts.isNewExpression(node)) return node.expression.getText().endsWith("Error");
  return ts.isOptionalChain(node);
}

/** A file's text with a mutant put in. */
export function mutate(text: string, { start, end, replacement }: Mutant): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

/**
 * A file's text that calls `globalThis.reached` with a mutant's number wherever the program comes to its place, and
 * otherwise does the same.
 * @param numbered mutants of this file by their numbers
 */
export function instrument(text: string, numbered: ReadonlyMap<number, Mutant>): string {
  const insertions: { at: number; closes: boolean; length: number; text: string }[] = [];
  for (const [number, { start, end, statement }] of numbered) {
    const call = `globalThis.reached?.(${number})`;
    const [before, after] = statement ? [`{ ${call}; `, " }"] : [`(${call}, `, ")"];
    insertions.push({ at: start, closes: false, length: end - start, text: before });
    insertions.push({ at: end, closes: true, length: end - start, text: after });
  }
  // Where several pieces begin, the longest is the outermost; where several end, the shortest is the innermost.
  insertions.sort(
    (a, b) =>
      a.at - b.at || Number(b.closes) - Number(a.closes) || (a.closes ? a.length - b.length : b.length - a.length),
  );
  let [result, done] = ["", 0];
  for (const { at, text: inserted } of insertions) {
    result += text.slice(done, at) + inserted;
    done = at;
  }
  return result + text.slice(done);
}

/** A mutant in one line: `src/ops/reduce.ts:12: a < b → (a <= b)`. */
export function describe(mutant: Mutant, text: string): string {
  const line = text.slice(0, mutant.start).split("\n").length;
  return `${mutant.file}:${line}: ${oneLine(text.slice(mutant.start, mutant.end))} → ${oneLine(mutant.replacement)}`;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 90 ? `${line.slice(0, 60)} … ${line.slice(-27)}` : line;
}
