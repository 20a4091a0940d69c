/**
 * A variable: memory that outlives a step and that a step may overwrite (a parameter, a running mean, an optimizer's
 * momentum). Every overwriting raises `version`; a node that stands for an older version has lost its value.
 */
import { sizeOf, type Shape } from "../shape.js";
import type { Dtype, HostArray, Node } from "./node.js";

/** Where an engine keeps a variable's elements once it has used it. */
export interface Residence {
  /** The elements, dense and row-major: a view of the engine's memory, valid until its next run. */
  view(): HostArray;
  write(data: HostArray): void;
}

export class Variable {
  version = 0;
  residence: Residence | undefined = undefined;
  /** The gradient that backward() has gathered, as graph. */
  grad: Node | undefined = undefined;
  private initial: HostArray | undefined;

  constructor(
    readonly shape: Shape,
    readonly dtype: Dtype,
    initial?: HostArray,
  ) {
    this.initial = initial;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** A copy of the elements. */
  read(): HostArray {
    if (this.residence) return this.residence.view().slice();
    return this.initial ? this.initial.slice() : this.zeros();
  }

  /** Overwrites all elements. */
  write(data: HostArray): void {
    this.version++;
    if (this.residence) this.residence.write(data);
    else this.initial = data.slice();
  }

  /** Hands the elements to an engine, which keeps them from now on. */
  moveTo(residence: Residence): void {
    if (this.initial) residence.write(this.initial);
    this.initial = undefined;
    this.residence = residence;
  }

  private zeros(): HostArray {
    return this.dtype === "float32" ? new Float32Array(this.size) : new Int32Array(this.size);
  }
}
