/**
 * Files that are made to do harm, and others that are wrong in one place: each is refused by a clear error, without a
 * crash, without running anything, and without memory beyond what the file's size explains. damaged-files.test.ts has
 * files that are damaged at random.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { unzipSync } from "fflate";
import { archive, patched, pickle, pytorchFile, records, tensorPickle, text } from "./forged-files.js";
import { DataError } from "../src/errors/errors.js";
import { decodeStateDict } from "../src/import/state-dict.js";
import { readFixture } from "./fixtures.js";

const npz = archive({ "w.npy": unzipSync(readFixture("weights/arrays.npz"))["dense.npy"]! });
const directory = records(npz, 1)[0]!;
const end = records(npz, 5)[0]!;
const npy = (header: string, elements = 16): Uint8Array =>
  archive({
    "w.npy": pickle("\x93NUMPY\x01\x00", String.fromCharCode(header.length, 0), header, new Uint8Array(elements)),
  });
const header = (descr: string, shape: string): string =>
  `{'descr': ${descr}, 'fortran_order': False, 'shape': (${shape}), }\n`;
const zerosPacked = archive({ "w.npy": new Uint8Array(20_000_000) }, 9);

const hostile: readonly (readonly [what: string, bytes: Uint8Array, message: RegExp])[] = [
  ["zip: a directory beyond the end", patched(npz, end + 16, 0x7fffffff), /its directory is damaged/],
  ["zip: a directory without an end", npz.subarray(0, npz.length - 4), /its directory is missing/],
  ["zip: an entry outside", patched(npz, directory + 42, 0x10000), /w\.npy does not begin where the directory says/],
  [
    "zip: an entry that is longer than the file",
    patched(patched(npz, directory + 20, 0xfffff0), directory + 24, 0xfffff0),
    /w\.npy overlaps what follows it/,
  ],
  ["zip: an entry of more than 4 GiB", patched(npz, directory + 24, 0xffffffff), /w\.npy is larger than 4 GiB/],
  [
    "zip: a stored entry that grows",
    patched(npz, directory + 24, 99_999),
    /is stored uncompressed, but its packed and unpacked sizes differ/,
  ],
  [
    "zip: two entries of one name",
    archive({ "a.npy": npz, "b.npy": npz }).map((byte, at, all) =>
      byte === 0x62 && all[at + 1] === 0x2e ? 0x61 : byte,
    ),
    /it holds a\.npy twice/,
  ],
  ["zip: damaged content", npz.map((byte, at) => (at === 60 ? byte ^ 1 : byte)), /w\.npy is damaged: its checksum/],
  ["zip: encryption", patched(npz, directory + 8, 1), /w\.npy is encrypted/],
  [
    "zip: another method",
    patched(npz, directory + 10, 99),
    /w\.npy is packed by method 99; expected 0 \(stored\) or 8/,
  ],
  [
    "zip: a bomb that says so",
    patched(zerosPacked, records(zerosPacked, 1)[0]! + 24, 0xfffffff0),
    /its unpacked size is too large; expected at most 268435456 bytes, got 4294967280/,
  ],
  [
    "zip: a bomb that hides it",
    patched(zerosPacked, records(zerosPacked, 1)[0]! + 24, 100),
    /w\.npy is longer than its declared size/,
  ],
  [
    "zip: an entry that holds less",
    patched(zerosPacked, records(zerosPacked, 1)[0]! + 24, 20_000_001),
    /is shorter than its declared size/,
  ],
  [
    "zip: overlapping entries",
    (() => {
      const two = archive({ "a.npy": new Uint8Array(9), "b.npy": new Uint8Array(9) });
      const [a, b] = records(two, 1);
      return patched(two, b! + 42, new DataView(two.buffer).getUint32(a! + 42, true));
    })(),
    /overlaps what follows it/,
  ],
  [
    "zip: something else inside",
    archive({ "../../etc/passwd": npz }),
    /a zip archive, but neither PyTorch's nor NumPy's/,
  ],

  ["npz: no array", archive({ "w.npy": new Uint8Array(20) }), /w\.npy: it is no NumPy array/],
  [
    "npz: a header past the end",
    archive({ "w.npy": pickle("\x93NUMPY\x01\x00\xff\xff{}  ") }),
    /its header is too long/,
  ],
  ["npz: a header that is a program", npy("__import__('os').system('true')\n"), /its header cannot be read/],
  [
    "npz: a huge shape",
    npy(header("'<f4'", "99999999, 99999999, 99999999")),
    /has the wrong length; expected 3\.99.*e\+24 bytes, got 16/,
  ],
  ["npz: a negative shape", npy(header("'<f4'", "-4,")), /its header cannot be read/],
  ["npz: complex numbers", npy(header("'<c8'", "4,")), /element type is not supported.*got complex numbers/],
  ["npz: text", npy(header("'<U1'", "4,")), /element type is not supported.*got text \('<U1'\)/],
  ["npz: a record type", npy(header("[('a', '<f4')]", "4,")), /element type is not supported.*got records \[\('a'/],
  [
    "npz: a key twice",
    npy("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (4,)}\n"),
    /its header cannot be read/,
  ],
  ["npz: no shape", npy("{'descr': '<f4', 'fortran_order': False}\n"), /its header cannot be read/],
  ["npz: an unknown version", archive({ "w.npy": pickle("\x93NUMPY\x09\x00\x02\x00{}") }), /its version is not known/],
  [
    "npz: a whole number of 64 bits",
    archive({
      "w.npy": pickle(
        "\x93NUMPY\x01\x00\x3c\x00",
        `${header("'<i8'", "1,").trimEnd().padEnd(59)}\n`,
        "\x00\x00\x00\x00\x01\x00\x00\x00",
      ),
    }),
    /4294967296 does not fit into 32 bits/,
  ],

  [
    "pickle: os.system",
    pytorchFile(pickle("\x80\x02cos\nsystem\n(", text("touch /tmp/kilograd-was-here"), "tR.")),
    /it asks for os\.system, which is not needed for tensors and is not executed/,
  ],
  [
    "pickle: os.system by its text",
    pytorchFile(pickle("\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R.")),
    /it asks for posix\.system/,
  ],
  [
    "pickle: eval through builtins",
    pytorchFile(pickle("\x80\x02cbuiltins\neval\n(", text("1"), "tR.")),
    /it asks for builtins\.eval/,
  ],
  [
    "pickle: a name of an object's prototype",
    pytorchFile(pickle("\x80\x02cconstructor\nconstructor\n.")),
    /it asks for constructor\.constructor/,
  ],
  [
    "pickle: an instance by INST",
    pytorchFile(pickle("\x80\x02(", text("x"), "ios\nsystem\n.")),
    /it holds the instruction 0x69/,
  ],
  [
    "pickle: a storage that is called",
    pytorchFile(pickle("\x80\x02ctorch\nFloatStorage\n)R.")),
    /it asks for torch\.FloatStorage, which is not needed/,
  ],
  ["pickle: a list that is called", pytorchFile(pickle("\x80\x02])R.")), /it calls something that is no function/],
  ["pickle: nothing", pytorchFile(new Uint8Array(0)), /at byte 0: it is truncated/],
  ["pickle: an empty stack", pytorchFile(pickle("\x80\x02.")), /it takes more from the stack than is there/],
  ["pickle: a text past the end", pytorchFile(pickle("\x80\x02X\xff\xff\xff\x7fabc.")), /it is truncated/],
  [
    "pickle: a memo that was never stored",
    pytorchFile(pickle("\x80\x02h\x07.")),
    /it recalls what it has never stored/,
  ],
  [
    "pickle: a huge whole number",
    pytorchFile(pickle("\x80\x02\x8b\xff\xff\x00\x00", "\x01".repeat(65_535), ".")),
    /an integer of more than 1024 bytes/,
  ],
  [
    "pickle: a dict that holds itself",
    pytorchFile(pickle("\x80\x02}q\x00", text("w"), "h\x00s.")),
    /it holds no dict of tensors/,
  ],
  [
    "pickle: nested lists that double",
    pytorchFile(pickle("\x80\x02}(]q\x00", ...Array.from({ length: 60 }, () => "(h\x00h\x00tq\x00"), "tNs.")),
    /it holds no dict of tensors/,
  ],
  [
    "pickle: lists nested without end",
    pytorchFile(pickle("\x80\x02}", "]".repeat(200_000), "a".repeat(199_999), "Ns.")),
    /it holds no dict of tensors/,
  ],
  [
    "pickle: a dict that holds itself under many names",
    pytorchFile(pickle("\x80\x02}q\x00(", ...["a", "b", "model"].map((name) => `${text(name)}h\x00`), "u.")),
    /it holds no dict of tensors/,
  ],
  [
    "pickle: bytes past the end",
    pytorchFile(pickle("\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.")),
    /it is truncated/,
  ],
  ["pickle: no dict", pytorchFile(pickle("\x80\x02K\x01.")), /it holds no dict of tensors/],

  [
    "pt: a negative offset",
    pytorchFile(tensorPickle({ offset: "J\xff\xff\xff\xff" })),
    /a tensor is described in another form/,
  ],
  [
    "pt: a tensor past its storage",
    pytorchFile(tensorPickle({ offset: "K\x01" })),
    /w: it reads past the end of its storage/,
  ],
  [
    "pt: a storage that is longer than its file",
    pytorchFile(tensorPickle({ size: "J\xff\xff\xff\x0f" })),
    /w: its storage \[268435455\] has the wrong length; expected 1073741820, got 16/,
  ],
  [
    "pt: another type than its storage's",
    pytorchFile(tensorPickle({ type: "DoubleStorage" })),
    /has the wrong length; expected 32, got 16/,
  ],
  [
    "pt: a type that is not supported",
    pytorchFile(tensorPickle({ type: "ComplexFloatStorage" })),
    /w: its element type is not supported; .*got torch\.ComplexFloatStorage/,
  ],
  [
    "pt: one element seen a billion times",
    pytorchFile(tensorPickle({ shape: "J\x00\xca\x9a\x3b\x85", strides: "K\x00\x85" })),
    /its tensors are too large in total; expected at most 268435456 bytes, got 4000000000/,
  ],
  [
    "pt: strides for other axes",
    pytorchFile(tensorPickle({ strides: "K\x01K\x01\x86" })),
    /a tensor is described in another form/,
  ],
  [
    "pt: a storage by a path",
    pytorchFile(tensorPickle({ key: "../../../etc/passwd" })),
    /it does not contain x\/data\/\.\.\/\.\.\/\.\.\/etc\/passwd/,
  ],
  [
    "pt: the other byte order",
    archive({ "x/data.pkl": tensorPickle({}), "x/data/0": new Uint8Array(16), "x/byteorder": pickle("big") }),
    /in another byte order; expected little, got big/,
  ],
];

for (const [what, bytes, message] of hostile) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => decodeStateDict(new Uint8Array(bytes), "given"),
      (error: unknown) => {
        assert.ok(error instanceof DataError, String((error as Error).stack));
        assert.match(error.message, message);
        assert.match(error.message, /given/);
        return true;
      },
    );
  });
}

test("nothing was executed", () => {
  assert.ok(!fs.existsSync(path.join(os.tmpdir(), "kilograd-was-here")));
});

test("the forged file is read where nothing in it is wrong", () => {
  assert.deepEqual([...decodeStateDict(pytorchFile(tensorPickle({})), "w.pt").keys()], ["w"]);
});
