/**
 * Zip archives, as `torch.save` and `numpy.savez` write them. The archive is checked before anything is read from it:
 * entries must not overlap each other or the directory, their names must differ, and their declared sizes must stay
 * below a limit. Unpacking stops if an entry is longer than declared. Names are looked up, never used as paths. Layout:
 * PKWARE's APPNOTE, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (its end).
 */
import { Inflate } from "fflate";
import { DataError } from "../errors/errors.js";
import { crc32 } from "./crc32.js";
import { decodeText } from "./utf8.js";

/** The limit for an archive's unpacked size in bytes: 64 million parameters. */
export const maximumBytes = 2 ** 28;

const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
/** A placeholder for a number that does not fit into 32 bits. */
const TOO_LARGE = 0xffffffff;
/** The number of packed bytes that are unpacked at a time. They expand to at most about 4 MB. */
const PIECE = 4096;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** The position of the local header. */
  readonly at: number;
}

export class ZipArchive {
  private readonly entries: ReadonlyMap<string, Entry>;
  private readonly view: DataView;

  /**
   * @param file the file's name, for errors
   * @throws DataError if the bytes are not a zip archive, or if the archive is damaged or malicious
   */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.entries = this.readDirectory();
  }

  get names(): readonly string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** Unpacks an entry. @throws DataError if there is no such entry or its bytes are damaged */
  read(name: string): Uint8Array {
    const entry = this.entries.get(name);
    if (!entry) throw this.corrupt(`it does not contain ${name}`);
    const start = this.contentStart(entry);
    const packed = this.bytes.subarray(start, start + entry.packed);
    const content = entry.method === STORED ? packed : this.unpack(packed, entry);
    if (crc32(content) !== entry.crc) throw this.corrupt(`${name} is damaged: its checksum does not match`);
    return content;
  }

  private readDirectory(): Map<string, Entry> {
    const { view } = this;
    const end = this.findEnd();
    const count = view.getUint16(end + 10, true);
    let at = view.getUint32(end + 16, true);
    const entries = new Map<string, Entry>();
    const start = at;
    for (let i = 0; i < count; i++) {
      if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) throw this.corrupt(`its directory is damaged`);
      const length = view.getUint16(at + 28, true);
      const entry = this.readEntry(at, this.text(at + 46, length));
      if (entries.has(entry.name)) throw this.corrupt(`it holds ${entry.name} twice`);
      entries.set(entry.name, entry);
      at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
    this.checkPlaces([...entries.values()], start);
    return entries;
  }

  /** Finds the end record. Only a comment may follow it. */
  private findEnd(): number {
    const { view } = this;
    const last = view.byteLength - 22;
    for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
      if (view.getUint32(at, true) === 0x06054b50 && view.getUint16(at + 20, true) === last - at) return at;
    }
    throw this.corrupt("its directory is missing");
  }

  private readEntry(at: number, name: string): Entry {
    const { view } = this;
    const word = (offset: number): number => view.getUint32(at + offset, true);
    const entry = {
      name,
      method: view.getUint16(at + 10, true),
      crc: word(16),
      packed: word(20),
      size: word(24),
      at: word(42),
    };
    if (view.getUint16(at + 8, true) & ENCRYPTED) throw this.corrupt(`${name} is encrypted`);
    if (entry.method !== STORED && entry.method !== DEFLATED) {
      throw this.corrupt(`${name} is packed by method ${entry.method}`, "0 (stored) or 8 (deflated)");
    }
    if ([entry.packed, entry.size, entry.at].includes(TOO_LARGE)) throw this.corrupt(`${name} is larger than 4 GiB`);
    if (entry.method === STORED && entry.packed !== entry.size) {
      throw this.corrupt(
        `${name} is stored uncompressed, but its packed and unpacked sizes differ`,
        `${entry.packed}`,
        `${entry.size}`,
      );
    }
    return entry;
  }

  /** Entries must not overlap, must end before the directory, and must not unpack to more than the limit. */
  private checkPlaces(entries: readonly Entry[], directory: number): void {
    const ordered = [...entries].sort((a, b) => a.at - b.at);
    for (const [i, entry] of ordered.entries()) {
      const next = ordered[i + 1]?.at ?? directory;
      if (entry.at + 30 > directory || this.view.getUint32(entry.at, true) !== 0x04034b50) {
        throw this.corrupt(`${entry.name} does not begin where the directory says`);
      }
      if (this.contentStart(entry) + entry.packed > next) throw this.corrupt(`${entry.name} overlaps what follows it`);
    }
    const total = entries.reduce((sum, { size }) => sum + size, 0);
    if (total > maximumBytes) {
      throw this.corrupt("its unpacked size is too large", `at most ${maximumBytes} bytes`, `${total}`);
    }
  }

  private contentStart({ at }: Entry): number {
    return at + 30 + this.view.getUint16(at + 26, true) + this.view.getUint16(at + 28, true);
  }

  private unpack(packed: Uint8Array, { name, size }: Entry): Uint8Array {
    const content = new Uint8Array(size);
    let length = 0;
    const inflate = new Inflate((piece) => {
      if (length + piece.length > size) throw this.corrupt(`${name} is longer than its declared size`, `${size} bytes`);
      content.set(piece, length);
      length += piece.length;
    });
    try {
      for (let at = 0; at < packed.length; at += PIECE) {
        inflate.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
      }
    } catch (error) {
      if (error instanceof DataError) throw error;
      throw this.corrupt(`${name} cannot be unpacked: ${(error as Error).message}`);
    }
    if (length !== size) throw this.corrupt(`${name} is shorter than its declared size`, `${size} bytes`, `${length}`);
    return content;
  }

  private text(at: number, length: number): string {
    return decodeText(this.bytes.subarray(at, at + length));
  }

  private corrupt(problem: string, expected?: string, got?: string): DataError {
    return new DataError({
      op: "zip",
      problem: `${this.file}: ${problem}`,
      expected,
      got,
      hint: "the file is truncated, damaged or not a zip file; save or download it again",
    });
  }
}
