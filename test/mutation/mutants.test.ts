/** Which bugs are planted, one mutator at a time, and that watching them changes nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { transformSync } from "esbuild";
import { describe, instrument, mutantsOf, mutate } from "./mutants.js";

/** Every text that one small bug makes of this one. */
function mutated(text: string): string[] {
  return mutantsOf("file.ts", text).map((mutant) => mutate(text, mutant));
}

const cases: readonly { readonly from: string; readonly to: readonly string[] }[] = [
  { from: "f(a < b)", to: ["{}", "f((a <= b))"] },
  { from: "x = a && b", to: ["{}", "x = (a || b)"] },
  { from: "x ??= a ?? b", to: ["{}", "x ??= (a && b)"] },
  { from: "n += 2;", to: ["{}", "(n -= 2);", "n += 3;"] },
  { from: "let p = 0.25;", to: ["let p = 0.5;"] },
  { from: "let p = -q;", to: ["let p = (q);"] },
  { from: "let p = !true;", to: ["let p = (true);", "let p = !false;"] },
  { from: "let m = { 3: a };", to: [] },
  { from: 'let text = "a" + b;', to: [] },
  { from: "let x = c ? a : b;", to: ["let x = true ? a : b;", "let x = false ? a : b;"] },
  {
    from: "for (;;) if (c) return;",
    to: ["for (;;) if (true) return;", "for (;;) if (false) return;", "for (;;) if (c) {}"],
  },
  { from: "while (c) i++;", to: ["while (false) i++;", "while (c) {}", "while (c) i--;"] },
  { from: "let all = list.every(f);", to: ["let all = list.some(f);"] },
  { from: "let v = node.valueOf();", to: [] },
  { from: "let some = list.filter(f);", to: ["let some = list;"] },
  {
    from: "function f(): boolean { return g(); }",
    to: ["function f(): boolean { return true; }", "function f(): boolean { return false; }"],
  },
  { from: "let f = (): boolean => g();", to: ["let f = (): boolean => true;", "let f = (): boolean => false;"] },
  // Types, errors' words and optional chains stay as they are.
  { from: "let two: 2 = two;", to: [] },
  { from: "throw new RangeError(String(n + 1));", to: [] },
  { from: "let part = list?.slice(1).length;", to: [] },
];

for (const { from, to } of cases) test(`${from}: ${to.length} mutants`, () => assert.deepEqual(mutated(from), to));

test("instrumented code does the same and tells what it reaches", () => {
  const text = `
    function near(a: number, b: number): boolean {
      return Math.abs(a - b) <= 1;
    }
    function count(list: number[]): number {
      let found = 0;
      for (let i = 1; i < list.length; i++) if (near(list[i - 1]!, list[i]!)) found += 1;
      return found > 99 ? -found : found;
    }
    count([5, 6, 8, 9]);`;
  const mutants = mutantsOf("file.ts", text);
  const { code } = transformSync(instrument(text, new Map(mutants.entries())), { loader: "ts" });
  const reached = new Set<number>();
  const scope = globalThis as { reached?: (number: number) => void };
  scope.reached = (number) => void reached.add(number);
  try {
    assert.equal((0, eval)(code), 2);
  } finally {
    delete scope.reached;
  }
  const missed = mutants.filter((_, number) => !reached.has(number)).map((mutant) => describe(mutant, text));
  assert.deepEqual(missed, ["file.ts:8: -found → (found)"]);
});
