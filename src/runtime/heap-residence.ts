/** A variable's elements in the engine's heap: the present ones and those from before the last overwriting. */
import type { Dtype, HostArray } from "../graph/node.js";
import type { Age, Residence, Variable } from "../graph/variable.js";
import type { Heap } from "./heap.js";

class HeapResidence implements Residence {
  /** Addresses by age. */
  readonly at: [number, number];

  constructor(
    readonly heap: Heap,
    private readonly size: number,
    private readonly dtype: Dtype,
  ) {
    this.at = [this.allocate(), this.allocate()];
  }

  allocate(): number {
    return this.heap.allocate(4 * this.size + 16); // a vector may be read past the last element
  }

  view(age: Age): HostArray {
    return this.heap.elements(this.at[age], this.size, this.dtype);
  }

  swap(): void {
    this.at.reverse();
  }

  /** Gives up the older elements for those at this address. */
  takeAsOlder(at: number): void {
    if (at === this.at[1]) return;
    this.heap.free(this.at[1]);
    this.at[1] = at;
  }

  release(): void {
    this.at.forEach((at) => this.heap.free(at));
  }
}

/** Gives variables their place in a heap, and takes it back when a variable has been collected. */
export class Residences {
  private readonly collected = new FinalizationRegistry<HeapResidence>((residence) => residence.release());

  constructor(private readonly heap: Heap) {}

  /** The variable's residence in this heap. Its elements are moved here if they are elsewhere. */
  of(variable: Variable): HeapResidence {
    const { residence } = variable;
    if (residence instanceof HeapResidence && residence.heap === this.heap) return residence;
    const made = new HeapResidence(this.heap, variable.size, variable.dtype);
    variable.moveTo(made);
    this.collected.register(variable, made);
    return made;
  }
}
