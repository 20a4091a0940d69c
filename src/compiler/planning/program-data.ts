/** Where the data that a program reads lies: leaves, constants, and the contents of variables. */
import type { HostArray, Node, Spec, VariableNode } from "../../graph/node.js";
import { sizeOf } from "../../graph/shape.js";
import { Buffer, denseView, type BufferView } from "../../kernels/views.js";
import type { Plan } from "./plan.js";

/** How the host numbers what a program reads: data leaves, and the contents of variables. */
export interface Numbering {
  /** Undefined for data that belongs to the program. */
  leaf(node: Node): number | undefined;
  read(node: VariableNode): number;
  readonly reads: number;
}

export class ProgramData implements Pick<Plan, "inputs" | "constants"> {
  readonly inputs: { readonly buffer: Buffer; readonly leaf: number }[] = [];
  readonly constants: { readonly buffer: Buffer; readonly elements: HostArray }[] = [];
  /** What variables hold, by the number of the read, and then the places of their new contents. */
  readonly slots: Buffer[] = [];
  /** Buffers that hold the same in each run, as long as no variable changes. */
  readonly steady = new Set<Buffer>();

  constructor(private readonly numbering: Numbering) {}

  /** Whether a node holds data that may differ from run to run. */
  isLeaf(node: Node): boolean {
    return node.value !== undefined && this.numbering.leaf(node) !== undefined;
  }

  /** The elements of a node that holds data. */
  elementsOf(node: Node, elements: HostArray): BufferView {
    const leaf = this.numbering.leaf(node);
    const buffer = new Buffer(leaf === undefined ? "constant" : "input", sizeOf(node.shape), node.dtype);
    if (leaf !== undefined) this.inputs.push({ buffer, leaf });
    else {
      this.constants.push({ buffer, elements });
      this.steady.add(buffer);
    }
    return denseView(buffer, node.shape);
  }

  /** The contents of a variable. */
  contentsOf(node: VariableNode): BufferView {
    return this.slot(this.numbering.read(node), node);
  }

  /** The place of the new contents that update number `update` writes. */
  targetOf(update: number, value: Node): BufferView {
    return this.slot(this.numbering.reads + update, value);
  }

  private slot(number: number, { shape, dtype }: Spec): BufferView {
    let buffer = this.slots[number];
    if (!buffer) {
      buffer = this.slots[number] = new Buffer(`v${number}`, sizeOf(shape), dtype);
      this.steady.add(buffer);
    }
    return denseView(buffer, shape);
  }
}
