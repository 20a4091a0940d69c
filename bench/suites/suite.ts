/** What all suites have in common: what they are given, and what they give. */
import type { Table } from "../harness/table.js";

export interface Surroundings {
  /** Fewer cases and rounds: to see that all works. Its figures are rough. */
  readonly quick: boolean;
  /** For files; it is removed at the end. */
  readonly folder: string;
  /** Says on standard error what is going on. */
  readonly tell: (what: string) => void;
}

/** @throws Disagreement where a peer computes something else, PeerFailure where kilograd itself fails */
export type Suite = (surroundings: Surroundings) => Promise<readonly Table[]>;
