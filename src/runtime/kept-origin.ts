/**
 * What a program keeps between its runs is computed from the contents of variables, and this notes from which. The same
 * program may run with the variables of another network, and a step, `copy_()` and `setData()` change the contents of
 * variables. In each of these cases the numbers here are different.
 */
import type { VariableNode } from "../graph/node.js";

export class KeptOrigin {
  /**
   * The variable of each read, by its id, and the version of its contents. The variables themselves would never be
   * collected.
   */
  private readonly variables: number[] = [];
  private readonly versions: number[] = [];
  private isNoted = false;

  /**
   * Notes what these reads see now.
   * @param numbers which of the reads count
   * @returns whether that differs from what was noted last, or nothing had been noted yet
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
