/**
 * Realising: from a pending graph to elements. Everything that is pending is computed in one program: the values that
 * were asked for, those that will probably be asked for (`Node.keep`), and the new contents of variables.
 */
import { StateError } from "../errors/errors.js";
import { topologicalOrder, type HostArray, type Node } from "../graph/node.js";
import type { Variable } from "../graph/variable.js";
import { ageOf, variable } from "../ops/leaf.js";
import type { Engine, Run, Update } from "./engine.js";
import { noticingLosses } from "./negative-losses.js";
import { Verification } from "./verification.js";
import { WasmEngine } from "./wasm-engine.js";

let engine: Engine | undefined;
let pending = new Map<Variable, { value: Node; done: () => void }>();

/** Chooses the engine for everything that is realised from now on. Unless this is called, it is the compiled engine. */
export function setEngine(choice: Engine): void {
  engine = choice;
}

/** The engine that is in use. */
export function currentEngine(): Engine {
  return (engine ??= compiledEngine());
}

let compiled: WasmEngine | undefined;

/** The compiled engine. There is only one. */
export function compiledEngine(): WasmEngine {
  return (compiled ??= new WasmEngine());
}

/** Notes that a variable will be overwritten. `done` is called when that has happened, or has failed. */
export function assignLater(variable: Variable, value: Node, done: () => void): void {
  pending.set(variable, { value, done });
}

/** Forgets that a variable will be overwritten, because its contents were set from outside. */
export function forgetAssignment(variable: Variable): void {
  pending.delete(variable);
}

/** What a realisation did, so that it can be repeated. */
export interface Realization {
  /** All its nodes, inputs before users. */
  readonly order: readonly Node[];
  readonly outputs: readonly Node[];
  readonly run: Run;
  /** Checks the data that a run is given, before it. */
  readonly refuseGiven: () => void;
  /** They are called when the variables have been overwritten. */
  readonly dones: readonly (() => void)[];
  /** The variables that are overwritten. */
  readonly updates: readonly Update[];
}

let recorder: ((realization: Realization) => void) | undefined;

/** Calls `listener` with every realisation while `body` runs. */
export function recordRealizations<T>(listener: (realization: Realization) => void, body: () => T): T {
  if (recorder) throw new StateError({ op: "compile", problem: "a compiled function was called inside another one" });
  recorder = listener;
  try {
    return body();
  } finally {
    recorder = undefined;
  }
}

/** Realises `asked`, all pending variables, and every node that these depend on and that is marked `keep`. */
export function realize(asked: readonly Node[]): void {
  const updates = [...pending].map(([variable, { value }]) => ({ variable, value }));
  const driving = updates.flatMap(({ variable }) => variable.losses);
  const needed = [...new Set([...asked, ...driving])].filter((node) => node.value === undefined);
  if (needed.length === 0 && updates.length === 0) return;
  currentEngine().waitingWork.refuseComputing();
  const order = topologicalOrder([...needed, ...updates.map((update) => update.value)]);
  const outputs = order.filter((node) => node.value === undefined && (node.keep || needed.includes(node)));
  let values: HostArray[];
  try {
    checkVersions(order);
    const verification = new Verification(order);
    verification.refuseGiven();
    const run = noticingLosses(outputs, prepare(outputs, updates, verification));
    recorder?.({
      order,
      outputs,
      run,
      refuseGiven: () => verification.refuseGiven(),
      dones: [...pending.values()].map(({ done }) => done),
      updates,
    });
    values = run();
  } catch (error) {
    // Otherwise everything that is asked for later would fail as well.
    settlePending();
    throw error;
  }
  settlePending();
  outputs.forEach((node, i) => {
    node.value = values[i]!;
    if ((node.consumed || !node.requiresGrad) && !recorder) node.inputs = [];
  });
}

/** The pending variables have been overwritten, or never will be. */
function settlePending(): void {
  const waiting = pending;
  pending = new Map(); // clear() would link this step's graph to the next one's, and neither would be collected soon
  for (const [variable, { done }] of waiting) {
    variable.losses = [];
    done();
  }
}

/** Prepares a computation with the flags of its verification. */
function prepare(outputs: readonly Node[], updates: readonly Update[], verification: Verification): Run {
  const engine = currentEngine();
  const { flags } = verification;
  if (flags.length === 0) return engine.prepare(outputs, updates);
  const elementsOf = (node: Node): HostArray => node.value ?? engine.prepare([node], [])()[0]!;
  return engine.prepare([...outputs, ...flags], updates, (values) =>
    verification.refuseComputed(values.slice(outputs.length), elementsOf),
  );
}

function checkVersions(order: readonly Node[]): void {
  for (const node of order) {
    if (variable.is(node) && ageOf(node) > 1) {
      throw new StateError({
        op: "realize",
        problem: "a tensor reads a parameter that has been overwritten twice since it was made",
        hint: "call item() or data() before the second optimizer.step(), or compute it again",
      });
    }
  }
}
