/** Bytes in WebAssembly's binary format: numbers (LEB128), names, lists and sections. */

/** The bits of one number, as a float and as an integer. */
const asFloat = new Float32Array(1);
const asInt = new Int32Array(asFloat.buffer);

/** A byte array that grows. Writing methods return the array itself, so that calls can be chained. */
export class Bytes {
  private buffer = new Uint8Array(new ArrayBuffer(1024));
  length = 0;

  byte(value: number): this {
    if (this.length === this.buffer.length) this.reserve(1);
    this.buffer[this.length++] = value;
    return this;
  }

  raw(bytes: ArrayLike<number>): this {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  /** An unsigned number as LEB128: seven bits a byte, the lowest first. */
  unsigned(value: number): this {
    let rest = value >>> 0;
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    return this.byte(rest);
  }

  /** A signed number as LEB128. */
  signed(value: number): this {
    let rest = value | 0;
    for (; rest < -64 || rest > 63; rest >>= 7) this.byte((rest & 0x7f) | 0x80);
    return this.byte(rest & 0x7f);
  }

  /** The four bytes of a float32. */
  float(value: number): this {
    asFloat[0] = value;
    return this.int(asInt[0]!);
  }

  /** The four bytes of an int32, the lowest first. */
  int(value: number): this {
    return this.byte(value & 0xff)
      .byte((value >> 8) & 0xff)
      .byte((value >> 16) & 0xff)
      .byte((value >> 24) & 0xff);
  }

  name(text: string): this {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0)); // names are ASCII
    return this.unsigned(bytes.length).raw(bytes);
  }

  append(content: Bytes): this {
    return this.raw(content.buffer.subarray(0, content.length));
  }

  /** Other bytes, preceded by their length. */
  sized(content: Bytes): this {
    return this.unsigned(content.length).append(content);
  }

  /** The number of items, then the items. */
  list<T>(items: readonly T[], write: (out: Bytes, item: T, i: number) => unknown): this {
    this.unsigned(items.length);
    items.forEach((item, i) => write(this, item, i));
    return this;
  }

  /** A section of a module: its number, the length of its content, and the content, which is a list. */
  section<T>(id: number, items: readonly T[], write: (out: Bytes, item: T, i: number) => unknown): this {
    return this.byte(id).sized(new Bytes().list(items, write));
  }

  clear(): this {
    this.length = 0;
    return this;
  }

  /** A copy of what has been written. */
  take(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.length);
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = new Uint8Array(new ArrayBuffer(2 * (this.length + bytes)));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }
}
