/**
 * The checks of a computation's values that only a run can make (ops/verified.ts). Those of data, which the host has,
 * are made before the program runs. For all others the program computes flags.
 */
import { noGrad } from "../graph/grad-mode.js";
import type { HostArray, Node } from "../graph/node.js";
import { sizeOf } from "../graph/shape.js";
import * as ops from "../ops/index.js";
import type { VerifiedNode } from "../ops/verified.js";

export class Verification {
  /** What the program computes besides. */
  readonly flags: readonly Node[];
  private readonly given: readonly VerifiedNode[];
  private readonly computed: readonly VerifiedNode[];

  /** @param order the nodes of the computation */
  constructor(order: readonly Node[]) {
    const open = order.filter((node) => ops.verified.is(node) && node.value === undefined && sizeOf(node.shape) > 0);
    const all = open as VerifiedNode[];
    this.given = all.filter(({ inputs: [values] }) => leafBehind(values!).value !== undefined);
    this.computed = all.filter((node) => !this.given.includes(node));
    this.flags = noGrad(() => this.computed.map(ops.flagOf));
  }

  /** Checks what the host has. @throws ArgumentError for a wrong value */
  refuseGiven(): void {
    for (const node of this.given) ops.refuseWrong(node, (values) => leafBehind(values).value!);
  }

  /** Checks what has been computed. @throws ArgumentError for a wrong value */
  refuseComputed(flags: readonly HostArray[], elementsOf: (node: Node) => HostArray): void {
    this.computed.forEach((node, i) => {
      if (flags[i]![0] !== 0) ops.refuseWrong(node, elementsOf);
    });
  }
}

/** The node of which this one is another shape. */
function leafBehind(node: Node): Node {
  return node.value === undefined && ops.reshape.is(node) ? leafBehind(node.inputs[0]!) : node;
}
