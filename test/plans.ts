/** Plans of small graphs, and their text, for tests. */
import assert from "node:assert/strict";
import { formatPlan } from "../src/compiler/dump.js";
import type { Plan } from "../src/compiler/planning/plan.js";
import { plan, type Numbering } from "../src/compiler/planning/planner.js";
import { lower } from "../src/compiler/rewrites/lower.js";
import type { Node, VariableNode } from "../src/graph/node.js";
import { sizeOf } from "../src/graph/shape.js";
import { Variable } from "../src/graph/variable.js";
import * as ops from "../src/ops/index.js";

/** A leaf of zeros, as data that the host copies in. */
export const data = (...shape: number[]): Node => ops.data(new Float32Array(sizeOf(shape)), shape, "float32");
export const variable = (...shape: number[]): Node => ops.variable(new Variable(shape, "float32"), true);

/** Numbers leaves and variables as they are met; `own` are leaves that belong to the program. */
function numbering(own: readonly Node[]): Numbering {
  const numbered: unknown[] = [];
  const variables: Variable[] = [];
  const numberIn = <T>(list: T[], one: T): number => (list.includes(one) ? list.indexOf(one) : list.push(one) - 1);
  return {
    leaf: (node) => (own.includes(node) ? undefined : numberIn(numbered, node)),
    read: ({ attrs }: VariableNode) => numberIn(variables, attrs.variable),
    reads: 3,
  };
}

export function planOf(outputs: readonly Node[], updates: readonly Node[] = [], own: readonly Node[] = []): Plan {
  const lowered = lower([...outputs, ...updates]);
  return plan(lowered.slice(0, outputs.length), lowered.slice(outputs.length), numbering(own));
}

/** The plan's text, without its first line, which sums up the memory. */
export function textOf(made: Plan): string {
  return formatPlan(made).split("\n").slice(2).join("\n").trim();
}

function lines(text: string): string {
  return text.replace(/\n */g, "\n").trim();
}

/** Asserts the plan's text, however its lines are indented in the test. */
export function assertPlan(made: Plan, expected: string): void {
  assert.equal(lines(textOf(made)), lines(expected));
}

/** What each loop of a plan does, in its order. */
export function loopsOf({ kept, prologue, stages }: Plan): string[] {
  return [...kept, ...prologue, ...stages.flatMap(({ parallel, serial }) => [...parallel, ...serial])].map(
    ({ title }) => title,
  );
}
