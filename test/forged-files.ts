/** Deliberately invalid files for the tests of importing: zip archives, pickles, and mutations of whole files. */
import { zipSync } from "fflate";
import { Generator } from "../src/entries/index.js";

/** A zip archive of these entries, in the layout of `torch.save` and `numpy.savez`, stored or deflated. */
export function archive(entries: Readonly<Record<string, Uint8Array>>, level: 0 | 9 = 0): Uint8Array {
  return zipSync({ ...entries }, { level });
}

/** The positions of a zip archive's records of one kind: 1 is the directory, 3 the headers of entries, 5 the end. */
export function records(bytes: Uint8Array, kind: 1 | 3 | 5): number[] {
  const second = { 1: [1, 2], 3: [3, 4], 5: [5, 6] }[kind];
  return [...bytes.keys()].filter(
    (at) => bytes[at] === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === second[0] && bytes[at + 3] === second[1],
  );
}

/** A copy with a 32-bit number written into it, little-endian. */
export function patched(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(at, value, true);
  return copy;
}

/** A pickle from text (each character a byte) and whole parts. */
export function pickle(...parts: (string | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => (typeof part === "string" ? [...part].map((letter) => letter.charCodeAt(0)) : [...part])),
  );
}

/** A string as BINUNICODE. */
export function text(value: string): string {
  return `X${String.fromCharCode(value.length & 255, value.length >> 8, 0, 0)}${value}`;
}

/** A `.pt` file with this pickle, and a storage "0" of these bytes. */
export function pytorchFile(data: Uint8Array, storage = new Uint8Array(16)): Uint8Array {
  return archive({ "x/data.pkl": data, "x/data/0": storage, "x/version": pickle("3\n") });
}

/** The pickle of a dict with one tensor "w", by default from a storage "0" of four floats. */
export function tensorPickle(change: {
  readonly type?: string;
  readonly key?: string;
  readonly size?: string;
  readonly offset?: string;
  readonly shape?: string;
  readonly strides?: string;
}): Uint8Array {
  const { type = "FloatStorage", key = "0", size = "K\x04", offset = "K\x00", shape = "K\x04\x85" } = change;
  const storage = `(${text("storage")}ctorch\n${type}\n${text(key)}${text("cpu")}${size}tQ`;
  const tensor = `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${offset}${shape}${change.strides ?? "K\x01\x85"}\x89NtR`;
  return pickle(`\x80\x02}${text("w")}${tensor}s.`);
}

const CHANGES: readonly ((bytes: Uint8Array, below: (n: number) => number) => Uint8Array)[] = [
  (bytes, below) => bytes.subarray(0, below(bytes.length)),
  (bytes, below) => withByte(bytes, below(bytes.length), below(256)),
  (bytes, below) => withByte(bytes, below(bytes.length), 0xff),
  (bytes, below) => patched(bytes, below(Math.max(1, bytes.length - 4)), [0, 1, 0x7fffffff, 0xffffffff][below(4)]!),
  (bytes, below) => {
    const [at, length] = [below(bytes.length), below(40)];
    return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(Math.max(0, at - length))]);
  },
  (bytes, below) => {
    const at = below(bytes.length);
    return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + below(40))]);
  },
];

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
}

/** Variations of a file, each with one to three changes. The same seed gives the same ones. */
export function* mutations(bytes: Uint8Array, count: number, seed: number): Generator_ {
  const generator = new Generator(seed);
  const below = (n: number): number => (generator.random() >>> 0) % Math.max(1, n);
  for (let i = 0; i < count; i++) {
    let changed = new Uint8Array(bytes);
    for (let times = 1 + below(3); times > 0 && changed.length > 4; times--) {
      changed = new Uint8Array(CHANGES[below(CHANGES.length)]!(changed, below));
    }
    yield changed;
  }
}
type Generator_ = globalThis.Generator<Uint8Array>;
