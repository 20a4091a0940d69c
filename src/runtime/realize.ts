/**
 * Realising: from pending graph to elements. Everything that waits is computed in one program: what was asked for,
 * what is likely to be asked for (`Node.keep`), and the pending new contents of variables.
 */
import { StateError } from "../errors/errors.js";
import { topologicalOrder, type HostArray, type Node } from "../graph/node.js";
import type { Variable } from "../graph/variable.js";
import { ageOf, variable } from "../ops/leaf.js";
import type { Engine, Run } from "./engine.js";
import { WasmEngine } from "./wasm-engine.js";

let engine: Engine | undefined;
/** Roots of backward(): a loss is asked for more often than not, and is computed with the step that it drives. */
let losses: Node[] = [];
let pending = new Map<Variable, { value: Node; done: () => void }>();

/** Chooses the engine for everything that is realised from now on; the compiled one unless this is called. */
export function setEngine(choice: Engine): void {
  engine = choice;
}

/** The engine that computes what is realised now. */
export function currentEngine(): Engine {
  return (engine ??= compiledEngine());
}

let compiled: WasmEngine | undefined;

/** The compiled engine, of which there is one. */
export function compiledEngine(): WasmEngine {
  return (compiled ??= new WasmEngine());
}

/** Notes that a variable is to be overwritten; `done` is called once it has been. */
export function assignLater(variable: Variable, value: Node, done: () => void): void {
  pending.set(variable, { value, done });
}

/** Forgets a pending overwriting, because the variable's content was set from outside. */
export function forgetAssignment(variable: Variable): void {
  pending.delete(variable);
}

/** What a realisation has done, so that it can be done again. */
export interface Realization {
  /** Every node of it, inputs before users. */
  readonly order: readonly Node[];
  readonly outputs: readonly Node[];
  readonly run: Run;
  /** What is to be called when the variables have been overwritten. */
  readonly dones: readonly (() => void)[];
  /** What is overwritten. */
  readonly variables: readonly Variable[];
}

let recorder: ((realization: Realization) => void) | undefined;

/** Tells `listener` of every realisation while `body` runs. */
export function recordRealizations<T>(listener: (realization: Realization) => void, body: () => T): T {
  if (recorder) throw new StateError({ op: "compile", problem: "a compiled function is called inside another one" });
  recorder = listener;
  try {
    return body();
  } finally {
    recorder = undefined;
  }
}

/** Notes that a node is to be realised together with the next overwriting of variables. */
export function realizeLater(node: Node): void {
  losses.push(node);
}

/** Realises `asked`, all pending variables, and whatever lies under them that is marked `keep`. */
export function realize(asked: readonly Node[]): void {
  const updates = [...pending].map(([variable, { value }]) => ({ variable, value }));
  const needed = [...asked, ...(updates.length > 0 ? losses : [])].filter((node) => node.value === undefined);
  if (needed.length === 0 && updates.length === 0) return;
  currentEngine().waitingWork.refuseComputing();
  const order = topologicalOrder([...needed, ...updates.map((update) => update.value)]);
  const outputs = order.filter((node) => node.value === undefined && (node.keep || needed.includes(node)));
  let values: HostArray[];
  try {
    checkVersions(order);
    const run = currentEngine().prepare(outputs, updates);
    recorder?.({
      order,
      outputs,
      run,
      dones: [...pending.values()].map(({ done }) => done),
      variables: [...pending.keys()],
    });
    values = run();
  } catch (error) {
    pending = new Map(); // or everything asked for later would fail as well
    losses = [];
    throw error;
  }
  if (updates.length > 0) losses = [];
  const waiting = pending;
  pending = new Map(); // clear() would chain this step's graph to the next one's and keep both from quick collection
  for (const { done } of waiting.values()) done();
  outputs.forEach((node, i) => {
    node.value = values[i]!;
    if ((node.consumed || !node.requiresGrad) && !recorder) node.inputs = [];
  });
}

function checkVersions(order: readonly Node[]): void {
  for (const node of order) {
    if (variable.is(node) && ageOf(node) > 1) {
      throw new StateError({
        op: "realize",
        problem: "a tensor was asked for whose computation reads a parameter that has been overwritten twice since",
        hint: "ask for its value (item(), data()) before the second optimizer.step(), or compute it again",
      });
    }
  }
}
