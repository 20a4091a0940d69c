/**
 * What a compiled function's recording holds besides the realisation itself: what JavaScript does at each step (an
 * optimizer that counts its steps), and when recordings are no longer true to what they were made from.
 */
let effects: (() => void)[] | undefined;
let age = 0;

/** Does something now, and again before each later run of the function that is being recorded. */
export function repeat(effect: () => void): void {
  effect();
  effects?.push(effect);
}

/** Runs `body`; gives its result and what it wants to be repeated. */
export function collectEffects<T>(body: () => T): { result: T; effects: (() => void)[] } {
  const collected: (() => void)[] = (effects = []);
  try {
    return { result: body(), effects: collected };
  } finally {
    effects = undefined;
  }
}

/** Says that something has changed that recordings depend on: a module's mode, an optimizer's state. */
export function forgetRecordings(): void {
  age++;
}

/** Recordings made at an earlier age are not to be used. */
export function recordingAge(): number {
  return age;
}
