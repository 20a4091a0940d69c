/**
 * What the recording of a compiled function must know besides its graph: what JavaScript does at each step (an
 * optimizer counts its steps), the leaves that are made anew, and what the graph's form depends on (a dropout's p,
 * whether there is weight decay). Code that builds graphs notes it here. Nothing happens unless a function is being
 * recorded.
 */
import type { Node } from "./node.js";
import type { Variable } from "./variable.js";

/** Checks that something on which a graph's form depends has not changed since the graph was built. */
export type Guard = () => boolean;

export interface Journal {
  /** Effects to repeat before each run. */
  readonly effects: (() => void)[];
  /** The leaves to make anew for each run, in the order in which they were made. Not all of them are used. */
  readonly live: Node[];
  readonly guards: Guard[];
  /** Leaves with elements that cannot change unless a guard notices it. */
  readonly constants: Set<Node>;
  /** The variables whose gradients were gathered during the recording. */
  readonly gradients: Set<Variable>;
}

let journal: Journal | undefined;
let age = 0;

/** Whether a compiled function is being recorded. */
export function isRecording(): boolean {
  return journal !== undefined;
}

/** Runs `body`, and returns its result with what was noted meanwhile. */
export function keepJournal<T>(body: () => T): { result: T; journal: Journal } {
  const kept: Journal = (journal = { effects: [], live: [], guards: [], constants: new Set(), gradients: new Set() });
  try {
    return { result: body(), journal: kept };
  } finally {
    journal = undefined;
  }
}

/** Runs an effect now, and again before each later run of the function that is being recorded. */
export function repeat(effect: () => void): void {
  effect();
  journal?.effects.push(effect);
}

/** Notes a leaf that each run makes anew. */
export function noteLive(node: Node): void {
  journal?.live.push(node);
}

/** Notes a leaf whose elements cannot change unless a guard notices it. */
export function noteConstant(node: Node): void {
  journal?.constants.add(node);
}

/** Whether the function that is being recorded has noted a leaf as constant. */
export function isConstant(node: Node): boolean {
  return journal?.constants.has(node) === true;
}

/**
 * Notes that the graph's form depends on something. `watch` reads it now, and returns a function that checks it before
 * each run.
 */
export function guard(watch: () => Guard): void {
  journal?.guards.push(watch());
}

/** Notes that a gradient is gathered. Returns whether it is added to a gradient from before the recorded function. */
export function addsToEarlierGradient(variable: Variable): boolean {
  if (!journal) return false;
  const earlier = variable.grad !== undefined && !journal.gradients.has(variable);
  journal.gradients.add(variable);
  return earlier;
}

/** Notes a change of something that recordings depend on: a module's mode, or an optimizer's state. */
export function forgetRecordings(): void {
  age++;
}

/** The current age. Recordings from an earlier age must not be used. */
export function recordingAge(): number {
  return age;
}
