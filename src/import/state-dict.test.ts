/**
 * Reads files written by PyTorch and NumPy (fixtures/weights/weights.py), and checks that all formats keep the same
 * bits.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonFixture, readFixture } from "../../test/fixtures.js";
import { DataError } from "../errors/errors.js";
import type { StateDict } from "../nn/index.js";
import { copyTensors, encodeCheckpoint } from "../train/checkpoint.js";
import { Buffer as NetBuffer, Linear, Module, Parameter } from "../nn/index.js";
import { exportNpz, exportSafetensors } from "../export/weights.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { ExerciseNet } from "../exercise/networks.js";
import { encodeSafetensors } from "../formats/safetensors.js";
import { Generator } from "../random/random.js";
import { decodeStateDict } from "./state-dict.js";

interface Fixture {
  readonly tensors: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly elements: readonly number[] }>
  >;
}
const { tensors } = jsonFixture<Fixture>("weights/weights.json");
const read = (name: string): StateDict => decodeStateDict(readFixture(`weights/${name}`), name);

function checkTensor(dict: StateDict, name: string): void {
  const { shape, elements } = tensors[name]!;
  assert.deepEqual(dict.get(name)?.shape, shape, name);
  assert.deepEqual([...dict.get(name)!.data()], elements.map(Math.fround), name);
  assert.equal(dict.get(name)!.dtype, name === "count" ? "int32" : "float32");
}

for (const [file, others] of [
  ["tensors.pt", ["parameter"]],
  ["legacy.pt", []],
  ["protocol4.pt", []],
  ["arrays.npz", ["fortran"]],
  ["compressed.npz", ["fortran"]],
] as const) {
  test(`${file}: half floats, strided views, scalars and empty tensors`, () => {
    const dict = read(file);
    const names = Object.keys(tensors).filter((name) => name !== "brain" || file.endsWith(".pt"));
    assert.deepEqual([...dict.keys()], [...names, ...others]);
    for (const name of names) checkTensor(dict, name);
    if (dict.has("fortran")) assert.deepEqual(dict.get("fortran")!.data(), dict.get("dense")!.data());
    if (dict.has("parameter")) assert.deepEqual(dict.get("parameter")!.tolist(), [1.5, -2]);
  });
}

const refusals: readonly (readonly [file: string, message: RegExp])[] = [
  [
    "module.pt",
    /module\.pt: it asks for torch\.nn\.modules\.linear\.Linear, which is not needed for tensors and is not executed\. Hint: save tensors only/,
  ],
  ["script.pt", /script\.pt: it is a TorchScript program, not a state dict/],
  [
    "no-tensors.pt",
    /no-tensors\.pt: it holds no dict of tensors; expected a state dict, or one under state_dict, .*, got a dict of "epoch"/,
  ],
  [
    "objects.npz",
    /objects\.npy: its element type is not supported; expected floats, .*, got Python objects \('\|O'\)\. Hint: convert/,
  ],
];

for (const [file, message] of refusals) {
  test(`${file} is refused`, () => {
    assert.throws(
      () => read(file),
      (error: unknown) => error instanceof DataError && message.test(error.message),
    );
  });
}

test("all of PyTorch's types are read, and what is not a tensor is left out with a notice", () => {
  const notices: string[] = [];
  const dict = decodeStateDict(readFixture("weights/types.pt"), "types.pt", { notice: (text) => notices.push(text) });
  assert.deepEqual(Object.fromEntries([...dict].map(([name, held]) => [name, [held.dtype, held.tolist()]])), {
    bool: ["int32", [1, 0]],
    uint8: ["int32", [0, 255]],
    int8: ["int32", [-128, 127]],
    int16: ["int32", [-(2 ** 15), 2 ** 15 - 1]],
    int32: ["int32", [-(2 ** 31), 2 ** 31 - 1]],
    int64: ["int32", [-(2 ** 31), 2 ** 31 - 1]],
    float16: ["float32", [0.5, 65504]],
    bfloat16: ["float32", [0.5, -3]],
    float32: ["float32", [1.5, -2.25]],
    float64: ["float32", [0.25, Math.fround(-1e30)]],
  });
  assert.deepEqual(notices, [
    'left out what is not a tensor: "accuracy" (a NumPy scalar), "classes" (__builtin__.set)',
  ]);
});

test("the state dict of a larger checkpoint is found, and its wrapper's names fit the network", () => {
  const notices: string[] = [];
  const notice = (text: string): void => void notices.push(text);
  const dict = decodeStateDict(readFixture("weights/checkpoint.pt"), "checkpoint.pt", { notice });
  assert.deepEqual(notices, ['read the tensors under "model_state"']);
  const linear = new Linear(3, 2);
  const { renamedKeys } = linear.loadStateDict(dict);
  assert.deepEqual([...renamedKeys!], [["module.weight", "weight"], ["module.bias", "bias"]]); // prettier-ignore
  assert.deepEqual([linear.weight.tolist(), linear.bias!.tolist()], [[[0, 1, 2], [3, 4, 5]], [0.5, -0.5]]); // prettier-ignore
});

test("an array of Python 2, with big-endian numbers", () => {
  assert.deepEqual(read("python2.npz").get("weight")!.tolist(), [[0, 1, 2], [3, 4, 5]]); // prettier-ignore
  assert.deepEqual(read("bytes.npz").get("image")!.tolist(), [0, 0, 0, 0]);
});

test("safetensors with white space around the header", () => {
  const entry = { w: { dtype: "F32", shape: [1], data_offsets: [0, 4] } };
  for (const text of [` ${JSON.stringify(entry)}`, `\n\t ${JSON.stringify(entry, null, 2)}\r\n `]) {
    const bytes = new Uint8Array(8 + text.length + 4);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(new TextEncoder().encode(text), 8);
    bytes.set(new Uint8Array(Float32Array.of(1.5).buffer), 8 + text.length);
    assert.deepEqual(decodeStateDict(bytes, "w.safetensors").get("w")!.tolist(), [1.5]);
  }
});

for (const [what, bytes, message] of [
  ["a single array", "\x93NUMPY\x01\x00", /it is a single NumPy array, without a name.* Hint: .*numpy\.savez/],
  ["HDF5", "\x89HDF\r\n", /it is an HDF5 file, as Keras writes it/],
  ["gzip", "\x1f\x8b\x08", /it is packed by gzip.* Hint: unpack it first/],
  ["another pickle", "\x80\x04]\x94.", /it is a pickle that torch\.save has not written/],
] as const) {
  test(`refused by its name: ${what}`, () => {
    assert.throws(() => decodeStateDict(Buffer.from(bytes, "latin1"), "given"), message);
  });
}

test("a file of another format is refused", () => {
  assert.throws(
    () => decodeStateDict(Buffer.from("<html>"), "model.pt"),
    /model\.pt: its format is not supported; expected safetensors/,
  );
});

test("weights keep their bits from PyTorch through safetensors and back", () => {
  const model = new ExerciseNet();
  model.loadStateDict(read("exercise.pt"));
  const bytes = encodeSafetensors({ tensors: copyTensors(model.stateDict()), metadata: {} });
  const again = decodeStateDict(bytes, "again.safetensors");
  const original = read("exercise.pt");
  assert.deepEqual([...again.keys()].sort(), [...original.keys()].sort());
  for (const [name, tensor] of original) assert.deepEqual(again.get(name)!.data(), tensor.data(), name);
});

test("only the network's tensors are taken from a checkpoint", () => {
  const model = new ExerciseNet();
  const rng = new Generator(1).getState();
  const momentum = { 0: { momentum_buffer: [...model.parameters()][0]! } };
  const state = {
    position: { epoch: 1, batch: 0, lossSum: 0, seconds: 0 },
    generators: { epochStart: rng, now: rng },
    model: copyTensors(model.stateDict()),
    optimizer: { state: momentum, param_groups: [] },
    scheduler: null,
  };
  const dict = decodeStateDict(encodeCheckpoint({ state, extra: {} }), "last.safetensors");
  assert.deepEqual([...dict.keys()], [...model.stateDict().keys()]);
});

test("the error lists all names and shapes that do not fit the network", () => {
  const model = new ExerciseNet();
  const dict = read("exercise.pt");
  dict.delete("bn1.bias");
  dict.set("extra", dict.get("bn1.weight")!);
  dict.set("bn2.bias", dict.get("bn1.weight")!);
  assert.throws(
    () => model.loadStateDict(dict),
    /missing key\(s\) "bn1\.bias"; unexpected key\(s\) "extra"; bn2\.bias has the shape \[8\], but in this network \[16\]/,
  );
});

test("every bit and every name comes back: NaN's payload, -0, subnormals, empty tensors, names in any script", () => {
  const numbers = new Float32Array(
    Uint32Array.of(0x7fc00001, 0xffc00000, 0x80000000, 1, 0x7f7fffff, 0xff800000).buffer,
  );
  const given = new Module();
  for (const name of ["é", "名前", "a b", "a/b", "10", "2", "constructor2"]) {
    given.registerParameter(name, new Parameter(tensor(numbers)));
  }
  given.registerBuffer("empty", new NetBuffer(tensor(new Float32Array(0), [0, 3])));
  given.registerBuffer("scalar", new NetBuffer(tensor(-0)));
  const bits = (held: Tensor): readonly unknown[] => [
    held.shape,
    [...new Uint32Array((held.data() as Float32Array).slice().buffer)],
  ];
  const expected = new Map([...given.stateDict()].map(([name, held]) => [name, bits(held)]));
  for (const file of [exportSafetensors(given), exportNpz(given)]) {
    const read = decodeStateDict(file, "weights");
    assert.deepEqual(new Map([...read].map(([name, held]) => [name, bits(held)])), expected);
  }
});
