/**
 * What a program keeps between its runs follows from the contents of variables; this notes from which. The same program
 * may run with another network's variables, and a variable's contents change by a step, by `copy_()` and by
 * `setData()`: each of these gives other numbers here.
 */
import type { VariableNode } from "../graph/node.js";

export class KeptOrigin {
  /** The variable of each read and the version of its contents; variables themselves would never be collected. */
  private readonly variables: number[] = [];
  private readonly versions: number[] = [];
  private isNoted = false;

  /**
   * Notes what these reads see now.
   * @param numbers which of the reads count
   * @returns whether that is something else than what was noted last, or nothing was
   */
  changes(reads: readonly VariableNode[], numbers: readonly number[]): boolean {
    const { variables, versions } = this;
    let changed = !this.isNoted;
    this.isNoted = true;
    for (const number of numbers) {
      const { variable, version } = reads[number]!.attrs;
      if (variables[number] === variable.id && versions[number] === version) continue;
      variables[number] = variable.id;
      versions[number] = version;
      changed = true;
    }
    return changed;
  }
}
