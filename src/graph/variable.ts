/**
 * A variable: memory that outlives a step and that a step may overwrite (a parameter, a running mean, an optimizer's
 * momentum). Overwriting it increases `version` and keeps the previous elements, so pending results that depend on them
 * can still be computed. A node for an even older version has lost its value.
 */
import { sizeOf, type Shape } from "./shape.js";
import type { Dtype, HostArray, Node } from "./node.js";

/** 0 means the current elements, and 1 those before they were last overwritten. */
export type Age = 0 | 1;

/** Where an engine keeps a variable's elements after the first use. */
export interface Residence {
  /** The elements, dense and row-major: a view of the engine's memory, valid until its next run. */
  view(age: Age): HostArray;
  /** Exchanges the current and the previous elements. */
  swap(): void;
}

export class Variable {
  private static count = 0;
  /** One that got a gradient while it was unlisted, since a network was last called. */
  static stray: Variable | undefined = undefined;
  /** A unique number. */
  readonly id = Variable.count++;
  version = 0;
  residence: Residence | undefined = undefined;
  /** Whether it is a parameter that no network has had in its fields when it was called, and no optimizer has. */
  unlisted = false;
  /** The gradient that backward() has gathered, as a graph. */
  grad: Node | undefined = undefined;
  /**
   * Roots of the backward() calls that gathered it. A loss is usually asked for, so it is computed together with the
   * step that it drives.
   */
  losses: readonly Node[] = [];
  /** The elements by age, as long as no engine has them; absent ones are 0. */
  private host: [HostArray | undefined, HostArray | undefined];

  constructor(
    readonly shape: Shape,
    readonly dtype: Dtype,
    initial?: HostArray,
  ) {
    this.host = [initial, undefined];
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** Returns a copy of the elements. */
  read(age: Age = 0): HostArray {
    if (this.residence) return this.residence.view(age).slice();
    return this.host[age]?.slice() ?? zeros(this.size, this.dtype);
  }

  /** Overwrites all elements. */
  write(data: HostArray): void {
    if (this.residence) {
      this.residence.view(1).set(data);
      this.residence.swap();
    } else {
      const own = zeros(this.size, this.dtype); // the elements may be given in the other type
      own.set(data);
      this.host = [own, this.host[0]];
    }
    this.version++;
  }

  /** Notes that an engine has overwritten all elements. */
  overwritten(): void {
    this.residence?.swap();
    this.version++;
  }

  /** Hands the elements to an engine, which keeps them from now on. */
  moveTo(residence: Residence): void {
    for (const age of [0, 1] as const) {
      const elements = this.residence?.view(age) ?? this.host[age];
      if (elements) residence.view(age).set(elements);
      else residence.view(age).fill(0);
    }
    this.host = [undefined, undefined];
    this.residence = residence;
  }
}

/** So many elements that are 0. */
export function zeros(size: number, dtype: Dtype): HostArray {
  return dtype === "float32" ? new Float32Array(size) : new Int32Array(size);
}
