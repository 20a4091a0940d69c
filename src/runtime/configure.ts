/** Settings of the compiled engine. */
import { formatPlan, formatProgram } from "../compiler/dump.js";
import { ArgumentError } from "../errors/errors.js";
import { compiledEngine } from "./realize.js";
import type { EngineSettings } from "./wasm-engine.js";

/** A compiled program as text: its plan (stages, kernels, places) and the kernels' loop nests. */
export interface ProgramText {
  readonly plan: string;
  readonly loops: string;
}

/** Calls `listener` with every program that is compiled from now on. */
export function onCompile(listener: (text: ProgramText) => void): void {
  compiledEngine().onCompile((plan, program) => listener({ plan: formatPlan(plan), loops: formatProgram(program) }));
}

/**
 * How many threads compute, and whether multiplications may be fused with additions. Results are the same bits for
 * any number of threads; with `numerics: "strict"` also on every machine.
 *
 * @example
 * configure({ threads: 2, numerics: "strict" });
 */
export function configure(settings: Partial<EngineSettings>): void {
  const { threads, numerics } = settings;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 256)) {
    throw new ArgumentError({
      op: "configure",
      problem: `threads is ${threads}`,
      expected: "an integer from 1 to 256",
    });
  }
  if (numerics !== undefined && numerics !== "fast" && numerics !== "strict") {
    throw new ArgumentError({
      op: "configure",
      problem: `numerics is ${String(numerics)}`,
      expected: `"fast" or "strict"`,
    });
  }
  compiledEngine().configure(settings);
}
