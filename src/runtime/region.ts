/** A stretch of the heap that grows to the size that is asked for. Its contents do not survive growing. */
import type { Heap } from "./heap.js";

export class Region {
  private held: { readonly at: number; readonly bytes: number } | undefined;

  constructor(private readonly heap: Heap) {}

  /** The address of at least so many bytes. They are 0 if the region has just grown. */
  ensure(bytes: number): number {
    if (this.held && bytes <= this.held.bytes) return this.held.at;
    if (this.held) this.heap.free(this.held.at);
    // If there is not enough memory, the region has none: others may get what was freed.
    this.held = undefined;
    this.held = { at: this.heap.allocateCleared(bytes), bytes };
    return this.held.at;
  }

  /** Gives back what is beyond the first bytes; false if there is nothing beyond them. */
  shrink(bytes: number): boolean {
    if (!this.held || bytes >= this.held.bytes) return false;
    this.heap.shrink(this.held.at, bytes);
    this.held = { at: this.held.at, bytes };
    return true;
  }
}
