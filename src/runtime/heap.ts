/**
 * The engine's memory: one WebAssembly memory, and a first-fit allocator for what lives in it (variables, programs, the
 * arena). Programs address it directly. JavaScript sees it through views, which are made anew whenever the memory has
 * grown.
 */
import { StateError } from "../errors/errors.js";
import type { Dtype, HostArray } from "../graph/node.js";
import { addressSpace, sharingProblem } from "./features.js";

/** What to say where WebAssembly is missing, forbidden, or gets no memory. */
export function noWebAssembly(cause: unknown): StateError {
  return new StateError(
    {
      op: "kilograd",
      problem: `WebAssembly cannot be used here: ${(cause as Error).message.replace(/\.$/, "")}`,
      hint:
        "a page has to allow script-src 'wasm-unsafe-eval'; Node must not have --jitless, and under ulimit -v it needs " +
        "--disable-wasm-trap-handler; Cloudflare Workers cannot compile while they run",
    },
    { cause },
  );
}

const pageBytes = 65536;
/** 2 GiB. This is only address space until it is used. Where it is refused, half of it is asked for, and so on. */
export const maximumPages = 32768;
/** 16 MiB, which is there from the start. */
const startPages = 256;
const alignment = 64;

/** What is used of a WebAssembly.Memory. The package's types name it, and must not need those of a page. */
export interface HeapMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  grow(pages: number): number;
}

interface Hole {
  at: number;
  bytes: number;
}

export class Heap {
  /** Why no other thread can use the memory; undefined if they can. */
  readonly unshared = sharingProblem();
  readonly memory: HeapMemory;
  private end = startPages * pageBytes;
  private readonly holes: Hole[] = [{ at: pageBytes, bytes: this.end - pageBytes }];
  private readonly sizes = new Map<number, number>();
  /** Frees some of the memory that so many bytes do not fit into; false if there is nothing that can be freed. */
  makeRoom: ((bytes: number) => boolean) | undefined = undefined;
  /** Memory from here on has never been used, so it is zero. */
  private unused = pageBytes;

  constructor() {
    // Under a limit, a quarter is left to be used: JavaScript needs address space as well.
    this.memory = this.reserve(Math.min(maximumPages, Math.floor(addressSpace() / 4 / pageBytes)));
  }

  private reserve(maximum: number): HeapMemory {
    try {
      const memory = new WebAssembly.Memory({ initial: 1, maximum, shared: !this.unshared });
      memory.grow(startPages - 1); // V8 may give a memory that cannot grow, where it gets no larger one
      return memory;
    } catch (cause) {
      if (maximum >= 2 * startPages && cause instanceof RangeError) return this.reserve(maximum >> 1);
      throw noWebAssembly(cause);
    }
  }

  /** Allocates bytes at a multiple of 64. They are not cleared. */
  allocate(bytes: number): number {
    const size = Math.ceil(Math.max(bytes, 1) / alignment) * alignment;
    const hole = this.holeOf(size);
    const { at } = hole;
    hole.at += size;
    hole.bytes -= size;
    if (hole.bytes === 0) this.holes.splice(this.holes.indexOf(hole), 1);
    this.sizes.set(at, size);
    this.unused = Math.max(this.unused, at + size);
    return at;
  }

  /**
   * The same, cleared. Memory that has never been used is not touched, so that the system provides it only when needed.
   */
  allocateCleared(bytes: number): number {
    const { unused } = this;
    const at = this.allocate(bytes);
    this.bytes(at, Math.min(bytes, Math.max(0, unused - at))).fill(0);
    return at;
  }

  /** Gives back what is beyond the first bytes of an allocation. */
  shrink(at: number, bytes: number): void {
    const size = Math.ceil(Math.max(bytes, 1) / alignment) * alignment;
    const rest = this.sizes.get(at)! - size;
    if (rest <= 0) return;
    this.sizes.set(at, size).set(at + size, rest);
    this.free(at + size);
  }

  free(at: number): void {
    const bytes = this.sizes.get(at);
    if (bytes === undefined) throw new Error(`nothing was allocated at ${at}`);
    this.sizes.delete(at);
    const next = this.holes.findIndex((hole) => hole.at > at);
    const position = next < 0 ? this.holes.length : next;
    this.holes.splice(position, 0, { at, bytes });
    this.join(position);
    if (position > 0) this.join(position - 1);
  }

  /** A view of elements of this type. Like all views, it is valid until the memory grows. */
  elements(at: number, length: number, dtype: Dtype): HostArray {
    return dtype === "float32" ? new Float32Array(this.memory.buffer, at, length) : this.ints(at, length);
  }

  doubles(at: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, at, length);
  }

  ints(at: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, at, length);
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length);
  }

  /** Merges a hole with the next one if they touch. */
  private join(position: number): void {
    const [left, right] = [this.holes[position], this.holes[position + 1]];
    if (!left || !right || left.at + left.bytes !== right.at) return;
    left.bytes += right.bytes;
    this.holes.splice(position + 1, 1);
  }

  /** A hole of at least so many bytes: one that is there, or in new memory, or where others make room. */
  private holeOf(bytes: number): Hole {
    for (;;) {
      const hole = this.holes.find((one) => one.bytes >= bytes);
      if (hole) return hole;
      try {
        this.grow(bytes);
      } catch (cause) {
        if (!this.makeRoom?.(bytes)) throw this.exhausted(bytes, cause);
      }
    }
  }

  private exhausted(bytes: number, cause: unknown): StateError {
    return new StateError(
      {
        op: "memory",
        problem: `${Math.ceil(bytes / 2 ** 20)} MiB cannot be allocated on top of the ${Math.ceil(this.end / 2 ** 20)} MiB in use`,
        hint: "use a smaller batch or network, or keep fewer tensors",
      },
      { cause },
    );
  }

  private grow(bytes: number): void {
    const last = this.holes.at(-1);
    const there = last && last.at + last.bytes === this.end ? last.bytes : 0;
    const pages = Math.ceil((bytes - there) / pageBytes);
    this.memory.grow(pages);
    this.sizes.set(this.end, pages * pageBytes);
    const at = this.end;
    this.end += pages * pageBytes;
    this.free(at);
  }
}
