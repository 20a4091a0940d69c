/** What an engine does: it computes nodes and overwrites variables. */
import type { HostArray, Node } from "../graph/node.js";
import type { Variable } from "../graph/variable.js";
import type { WaitingWork } from "./waiting-work.js";

export interface Update {
  readonly variable: Variable;
  readonly value: Node;
}

/** Computes the nodes and overwrites the variables, from their old contents. Returns the nodes' elements, in order. */
export type Run = () => HostArray[];

export interface Engine {
  /**
   * Prepares a computation that can be run repeatedly, each time with what the leaves and variables hold then.
   * @param verify is given the outputs before the variables change. If it throws, they keep their contents
   */
  prepare(outputs: readonly Node[], updates: readonly Update[], verify?: (values: readonly HostArray[]) => void): Run;
  /** Work that is done once the next computation has begun. */
  readonly waitingWork: WaitingWork;
}
