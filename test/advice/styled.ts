import type { Module } from "../../src/nn/index.js";

/** A network for the tests of advice. */
export interface Styled {
  readonly make: () => Module;
  /** The size of its input; 1×28×28 unless given. */
  readonly input?: readonly number[];
}
