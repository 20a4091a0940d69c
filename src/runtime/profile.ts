/** Where the time of a training step goes: each kernel, each barrier, and what lies outside the program. */
import { compiledEngine } from "./realize.js";
import type { ProfileEntry } from "./wasm-engine.js";

export interface Profile {
  /** What a step took, in milliseconds by the clock. */
  readonly stepMs: number;
  /** What each thread spent on each part in a step, in milliseconds, in the order of the program. */
  readonly entries: readonly ProfileEntry[];
}

export interface ProfileOptions {
  /** Steps before the measured ones, in which programs are compiled and V8 makes its best of them. */
  readonly warmup?: number;
  /** Steps that are measured. */
  readonly steps?: number;
}

/**
 * Measures a step that runs one program, such as one made by `compile`. Measuring costs a few percent itself.
 *
 * @example
 * const { stepMs, entries } = profile(() => void step(images, labels));
 */
export function profile(step: () => void, { warmup = 50, steps = 100 }: ProfileOptions = {}): Profile {
  const engine = compiledEngine();
  engine.configure({ profile: true });
  try {
    for (let i = 0; i < warmup; i++) step();
    const before = engine.readProfile();
    const began = performance.now();
    for (let i = 0; i < steps; i++) step();
    const stepMs = (performance.now() - began) / steps;
    const entries = engine
      .readProfile()
      .map((entry, i) => ({ ...entry, ms: (entry.ms - (before[i]?.ms ?? 0)) / steps }));
    return { stepMs, entries };
  } finally {
    engine.configure({ profile: false });
  }
}
