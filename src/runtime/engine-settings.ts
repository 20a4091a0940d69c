/** What can be set about the compiled engine. */

/**
 * How numbers are rounded: "fast" fuses multiplications with additions where the machine can, "strict" never does and
 * gives the same bits on every machine.
 */
export type Numerics = "fast" | "strict";

/** Settings of `configure`. */
export interface EngineSettings {
  /**
   * The number of threads that compute, from 1 to 256. Default, and at most used: as many as there are processors, or
   * as a container's quota of their time allows.
   */
  threads: number;
  /** Default "fast". */
  numerics: Numerics;
  /** Whether programs measure themselves, as `profile` needs it. Default false. */
  profile: boolean;
}
