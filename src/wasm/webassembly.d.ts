/**
 * The part of the WebAssembly JavaScript interface that kilograd uses. TypeScript has it only in its DOM library, whose
 * other names (window, document) must not be within the core's reach.
 */
declare namespace WebAssembly {
  class Memory {
    /** Sizes in pages of 64 KiB; a shared memory needs a maximum. */
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer | SharedArrayBuffer;
    grow(pages: number): number;
  }

  class Module {
    constructor(bytes: BufferSource);
  }

  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }

  class CompileError extends Error {}

  type BufferSource = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

  function validate(bytes: BufferSource): boolean;
}
