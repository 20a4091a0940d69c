/**
 * The guides in docs/adding-*.md as steps that a program can follow. The sentence before a block of code says where the
 * code goes:
 *
 * - Create `file`:
 * - At the end of `file`, add:
 * - In `file`, after the line `line`:
 * - Run:
 */
import fs from "node:fs";
import path from "node:path";

export type Step =
  | { readonly kind: "create"; readonly file: string; readonly code: string }
  | { readonly kind: "append"; readonly file: string; readonly code: string }
  | { readonly kind: "insert"; readonly file: string; readonly after: string; readonly code: string }
  | { readonly kind: "run"; readonly commands: readonly string[] };

/**
 * Reads the steps of a guide. Blocks without a language, such as output, are not steps.
 * @throws Error for a block of code that does not say where it goes
 */
export function readGuide(markdown: string): Step[] {
  const blocks = markdown.matchAll(/(?<before>(?:^.+\n)+)\n```(?<language>\w+)\n(?<code>[^]*?)^```$/gm);
  return [...blocks].map(({ groups }) => {
    const before = groups!["before"]!.replace(/\s+/g, " ").trim();
    return readStep(before, groups!["code"]!);
  });
}

function readStep(before: string, code: string): Step {
  const create = /Create `([^`]+)`:$/.exec(before);
  if (create) return { kind: "create", file: create[1]!, code };
  const append = /At the end of `([^`]+)`, add:$/.exec(before);
  if (append) return { kind: "append", file: append[1]!, code };
  const insert = /In `([^`]+)`, after the line `([^`]+)`:$/.exec(before);
  if (insert) return { kind: "insert", file: insert[1]!, after: insert[2]!, code };
  if (/Run:$/.test(before)) return { kind: "run", commands: code.trim().split("\n") };
  throw new Error(`a block of code does not say where it goes (see test/guide-steps.ts): "${before}"\n${code}`);
}

/**
 * Carries out a step in a copy of the checkout, except for running commands.
 * @throws Error if a new file already exists, or if a line is not in its file exactly once
 */
export function applyStep(step: Step, folder: string): void {
  if (step.kind === "run") return;
  const file = path.join(folder, step.file);
  if (step.kind === "create") {
    fs.writeFileSync(file, step.code, { flag: "wx" });
    return;
  }
  const text = fs.readFileSync(file, "utf8");
  fs.writeFileSync(file, step.kind === "append" ? text + step.code : insertAfter(text, step));
}

function insertAfter(text: string, { file, after, code }: Extract<Step, { kind: "insert" }>): string {
  const lines = text.split("\n");
  const places = lines.flatMap((line, i) => (line.trim() === after ? [i] : []));
  if (places.length !== 1) {
    throw new Error(`the line \`${after}\` must be in ${file} exactly once, but is there ${places.length} times`);
  }
  return [...lines.slice(0, places[0]! + 1), code.replace(/\n$/, ""), ...lines.slice(places[0]! + 1)].join("\n");
}
