/**
 * What a compiled function's recording must know besides its graph: what JavaScript does at each step (an optimizer
 * that counts its steps), leaves that are made anew, and what the graph's form depends on (a dropout's p, whether there
 * is weight decay). Those who build graphs note it here; nothing happens unless a function is being recorded.
 */
import type { Node } from "./node.js";
import type { Variable } from "./variable.js";

/** Whether something that a graph's form depends on is still as it was when the graph was built. */
export type Guard = () => boolean;

export interface Journal {
  /** To be done again before each run. */
  readonly effects: (() => void)[];
  /** Leaves to be made anew for each run, in the order in which they were made; not all are used. */
  readonly live: Node[];
  readonly guards: Guard[];
  /** Variables whose gradient was gathered here. */
  readonly gradients: Set<Variable>;
}

let journal: Journal | undefined;
let age = 0;

/** Whether a compiled function is being recorded. */
export function isRecording(): boolean {
  return journal !== undefined;
}

/** Runs `body`; gives its result and what has been noted meanwhile. */
export function keepJournal<T>(body: () => T): { result: T; journal: Journal } {
  const kept: Journal = (journal = { effects: [], live: [], guards: [], gradients: new Set() });
  try {
    return { result: body(), journal: kept };
  } finally {
    journal = undefined;
  }
}

/** Does something now, and again before each later run of the function that is being recorded. */
export function repeat(effect: () => void): void {
  effect();
  journal?.effects.push(effect);
}

/** Notes a leaf that each run makes anew. */
export function noteLive(node: Node): void {
  journal?.live.push(node);
}

/** Notes that the graph is as it is because of something: `watch` looks at it, and gives what checks it before each run. */
export function guard(watch: () => Guard): void {
  journal?.guards.push(watch());
}

/** Notes that a gradient is gathered; whether one from before the function is added to. */
export function addsToEarlierGradient(variable: Variable): boolean {
  if (!journal) return false;
  const earlier = variable.grad !== undefined && !journal.gradients.has(variable);
  journal.gradients.add(variable);
  return earlier;
}

/** Says that something has changed that recordings depend on: a module's mode, an optimizer's state. */
export function forgetRecordings(): void {
  age++;
}

/** Recordings made at an earlier age are not to be used. */
export function recordingAge(): number {
  return age;
}
