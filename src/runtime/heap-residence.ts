/** A variable's elements in the engine's heap: the present ones and those from before the last overwriting. */
import type { Dtype, HostArray } from "../graph/node.js";
import { zeros, type Age, type Residence, type Variable } from "../graph/variable.js";
import type { Heap } from "./heap.js";

class HeapResidence implements Residence {
  /** Addresses by age. */
  readonly at: [number, number];
  /** The elements by age, once they have left the heap; absent ones are 0. */
  private away: [HostArray | undefined, HostArray | undefined] | undefined;
  /** The last run that used it. */
  usedIn = 0;

  constructor(
    readonly heap: Heap,
    private readonly size: number,
    private readonly dtype: Dtype,
    /** Whether there are older elements. Otherwise they are 0. */
    private hasOlder: boolean,
  ) {
    const older = this.allocate();
    try {
      this.at = [this.allocate(), older];
    } catch (error) {
      heap.free(older);
      throw error;
    }
  }

  get isAway(): boolean {
    return this.away !== undefined;
  }

  get bytes(): number {
    return 8 * this.size;
  }

  allocate(): number {
    return this.heap.allocate(4 * this.size + 16); // a vector may be read past the last element
  }

  view(age: Age): HostArray {
    if (this.away) return (this.away[age] ??= zeros(this.size, this.dtype));
    return this.heap.elements(this.at[age], this.size, this.dtype);
  }

  swap(): void {
    this.at.reverse();
    this.away?.reverse();
    this.hasOlder = true;
  }

  /** Gives up the older elements for those at this address. */
  takeAsOlder(at: number): void {
    if (at === this.at[1]) return;
    this.heap.free(this.at[1]);
    this.at[1] = at;
  }

  /** Takes the elements out of the heap, into arrays of their own. */
  leave(): void {
    this.away = [this.view(0).slice(), this.hasOlder ? this.view(1).slice() : undefined];
    this.release();
  }

  release(): void {
    this.at.forEach((at) => this.heap.free(at));
  }
}

/**
 * Gives variables their place in a heap, and takes it back when a variable has been collected. JavaScript reports that
 * only between two jobs, never within a synchronous loop. So if the heap is full, variables leave it: their elements
 * then belong to them alone, and are collected with them at any time. Nothing here refers to a variable, not even weakly,
 * because looking at a weak reference keeps its target until the end of the job.
 */
export class Residences {
  private readonly inHeap = new Set<HeapResidence>();
  private readonly collected = new FinalizationRegistry<HeapResidence>((residence) => {
    if (this.inHeap.delete(residence)) residence.release();
  });
  private run = 0;

  constructor(private readonly heap: Heap) {}

  /** Begins a run: the variables that are used from now on stay in the heap until the next one. */
  beginRun(): void {
    this.run++;
  }

  /** The variable's residence in this heap. Its elements are moved here if they are elsewhere. */
  of(variable: Variable): HeapResidence {
    const { residence } = variable;
    const isHere = residence instanceof HeapResidence && residence.heap === this.heap && !residence.isAway;
    const found = isHere ? residence : this.moveHere(variable);
    found.usedIn = this.run;
    return found;
  }

  /**
   * Has variables that this run has not used leave the heap, those first that have not been used for longest.
   * @returns whether there was one
   */
  makeRoom(bytes: number): boolean {
    const idle = [...this.inHeap].filter(({ usedIn }) => usedIn !== this.run).sort((a, b) => a.usedIn - b.usedIn);
    let freed = 0;
    for (const residence of idle) {
      if (freed >= bytes) break;
      try {
        residence.leave();
      } catch {
        return freed > 0; // JavaScript's memory is full as well
      }
      freed += residence.bytes;
      this.inHeap.delete(residence);
      this.collected.unregister(residence);
    }
    return idle.length > 0;
  }

  private moveHere(variable: Variable): HeapResidence {
    const made = new HeapResidence(this.heap, variable.size, variable.dtype, variable.version > 0);
    variable.moveTo(made);
    this.inHeap.add(made);
    this.collected.register(variable, made, made);
    return made;
  }
}
