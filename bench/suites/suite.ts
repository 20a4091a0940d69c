/** What all suites have in common: their input and their output. */
import type { Table } from "../harness/table.js";

export interface Surroundings {
  /** Fewer cases and rounds, to see that everything works; the figures are rough. */
  readonly quick: boolean;
  /** A folder for files; it is removed at the end. */
  readonly folder: string;
  /** Prints progress to standard error. */
  readonly tell: (what: string) => void;
}

/** @throws Disagreement if a peer's results differ, PeerFailure if kilograd itself fails */
export type Suite = (surroundings: Surroundings) => Promise<readonly Table[]>;
