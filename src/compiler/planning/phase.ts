/** When a kernel runs. */

/** In this order; a stage's serial phase follows its parallel one. */
export type Phase =
  /** Not in every run: only if a variable has changed since. */
  | { readonly kind: "kept" }
  /** Before the first stage, on one thread. */
  | { readonly kind: "prologue" }
  /** On all threads, each taking some of the outer indices. */
  | { readonly kind: "parallel"; readonly stage: number }
  /** On one thread, once all have finished the stage's parallel phase. */
  | { readonly kind: "serial"; readonly stage: number };

export const kept: Phase = { kind: "kept" };
export const prologue: Phase = { kind: "prologue" };
export const parallel = (stage: number): Phase => ({ kind: "parallel", stage });
export const serial = (stage: number): Phase => ({ kind: "serial", stage });

/** A number that is larger for later phases. */
export function momentOf(phase: Phase): number {
  switch (phase.kind) {
    case "kept":
      return -2;
    case "prologue":
      return -1;
    case "parallel":
      return 2 * phase.stage;
    case "serial":
      return 2 * phase.stage + 1;
  }
}

export function isSame(a: Phase, b: Phase): boolean {
  return momentOf(a) === momentOf(b);
}

export function later(a: Phase, b: Phase): Phase {
  return momentOf(a) < momentOf(b) ? b : a;
}
