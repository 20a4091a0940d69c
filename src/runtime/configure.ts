/** Settings of the compiled engine. */
import { formatPlan, formatProgram } from "../compiler/dump.js";
import { ArgumentError } from "../errors/errors.js";
import { checkInteger } from "../errors/options.js";
import { compiledEngine } from "./realize.js";
import type { EngineSettings } from "./engine-settings.js";

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
 * @example
 * const plans: string[] = [];
 * onCompile(({ plan }) => plans.push(plan));
 * rand([5, 7]).exp().sum().item();
 * plans.length; // 1
 */
export function onCompile(listener: (text: ProgramText) => void): void {
  compiledEngine().onCompile((plan, program) => listener({ plan: formatPlan(plan), loops: formatProgram(program) }));
}

/**
 * Sets how everything is computed from now on. The number of threads never changes a result; `numerics: "strict"` gives
 * the same bits on every machine as well.
 * @param settings what to change
 * @throws ArgumentError for a setting out of its range
 * @example configure({ threads: 2, numerics: "strict" });
 */
export function configure(settings: Partial<EngineSettings>): void {
  const { threads, numerics } = settings;
  if (threads !== undefined) checkInteger("configure", "threads", threads, 1, 256);
  if (numerics !== undefined && numerics !== "fast" && numerics !== "strict") {
    throw new ArgumentError({
      op: "configure",
      problem: `numerics is ${String(numerics)}`,
      expected: `"fast" or "strict"`,
    });
  }
  compiledEngine().configure(settings);
}
