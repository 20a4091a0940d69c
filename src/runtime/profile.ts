/** Where the time of a training step goes: to kernels, to barriers, and to what is outside the program. */
import { callback, integer } from "../errors/kinds.js";
import { checked, optional, required } from "../errors/signature.js";
import { compiledEngine } from "./realize.js";
import type { ProfileEntry } from "./clock.js";

/** Where the time of a step goes. */
export interface Profile {
  /** The mean time of a step, in milliseconds. */
  readonly stepMs: number;
  /** The time that each thread spends on each part of a step, in milliseconds per step, in program order. */
  readonly entries: readonly ProfileEntry[];
}

/** Options of `profile`. */
export interface ProfileOptions {
  /** The number of steps before the measured ones, in which programs are compiled and V8 optimises. Default 50. */
  readonly warmup?: number;
  /** The number of steps that are measured. Default 100. */
  readonly steps?: number;
}

/**
 * Measures a step that runs one program, such as one made by `compile`. Measuring itself costs a few percent.
 * @param step runs a step once
 * @param options how many steps are run
 * @returns the mean time of a step, and of its parts
 * @throws ArgumentError for an option that does not exist or is out of its range
 * @function
 * @example
 * const model = new nn.Conv2d(1, 8, 3);
 * const forward = compile((images: Tensor) => noGrad(() => model(images)));
 * const images = rand([4, 1, 28, 28]);
 * const { stepMs, entries } = profile(() => forward(images).data(), { warmup: 5, steps: 10 });
 * stepMs > 0; // true
 * entries.some(({ what }) => what.startsWith("conv2d")); // true
 */
export const profile: (step: () => void, options?: ProfileOptions) => Profile = checked(
  "profile",
  [required("step", callback), optional("warmup", integer(0), 50), optional("steps", integer(1), 100)],
  ({ step, warmup, steps }) => measure(step, warmup, steps),
);

function measure(step: () => void, warmup: number, steps: number): Profile {
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
