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
    /at byte \d+: it asks for torch\.nn\.modules\.linear\.Linear, which is not needed for tensors and is not executed\. Hint: save tensors only/,
  ],
  ["script.pt", /script\.pt: it is a TorchScript program, not a state dict/],
  ["legacy.pt", /legacy\.pt: it is a file of PyTorch before 1\.6/],
  ["no-tensors.pt", /the entry epoch of its dict is not a tensor; expected a state dict, or one under state_dict/],
  [
    "objects.npz",
    /objects\.npy: its element type is not supported; expected <f2, .*, got Python objects\. Hint: convert/,
  ],
  ["bytes.npz", /image\.npy: its element type is not supported; expected .*, got \|u1/],
];

for (const [file, message] of refusals) {
  test(`${file} is refused`, () => {
    assert.throws(
      () => read(file),
      (error: unknown) => error instanceof DataError && message.test(error.message),
    );
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
