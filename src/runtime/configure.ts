/** Settings of the compiled engine. */
import { formatPlan, formatProgram } from "../compiler/dump.js";
import { callback, flag, integer, oneOf } from "../errors/kinds.js";
import { checked, optional, required, Signature } from "../errors/signature.js";
import { compiledEngine } from "./realize.js";
import type { EngineSettings } from "./engine-settings.js";
import { availableThreads } from "./features.js";

// A function and not a call of `checked`, so that bundles without it leave out what prints programs.
const ofOnCompile = new Signature("onCompile", [required("listener", callback)]);

/** A compiled program as text. */
export interface ProgramText {
  /** Its stages, kernels, and the places in memory that they read and write. */
  readonly plan: string;
  /** The loop nest of each kernel. */
  readonly loops: string;
}

/**
 * Shows the programs that are compiled from now on. `kilograd train --dump-plan` prints them.
 * @param listener is called with each program, before it runs for the first time
 * @param surplus nothing: more arguments are refused
 * @throws ArgumentError for anything but a function
 * @example
 * const plans: string[] = [];
 * onCompile(({ plan }) => plans.push(plan));
 * rand([5, 7]).exp().sum().item();
 * plans.length; // 1
 */
export function onCompile(listener: (text: ProgramText) => void, ...surplus: never[]): void {
  ofOnCompile.read([listener, ...surplus]);
  compiledEngine().onCompile((plan, program) => listener({ plan: formatPlan(plan), loops: formatProgram(program) }));
}

/**
 * Sets how everything is computed from now on. The number of threads never changes a result; `numerics: "strict"` gives
 * the same bits on every machine as well.
 * @param settings what to change
 * @throws ArgumentError for a setting out of its range, or one that does not exist
 * @function
 * @example configure({ threads: 2, numerics: "strict" });
 */
export const configure: (settings: Partial<EngineSettings>) => void = checked(
  "configure",
  [optional("threads", integer(1, 256)), optional("numerics", oneOf("fast", "strict")), optional("profile", flag)],
  ({ threads, ...given }) => {
    // Threads that wait for each other are slower if they also have to wait for a processor.
    const atOnce = threads && Math.min(threads, availableThreads());
    const set = Object.entries({ ...given, threads: atOnce }).filter(([, value]) => value !== undefined);
    compiledEngine().configure(Object.fromEntries(set));
  },
);
