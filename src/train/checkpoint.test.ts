/** A training's state as a file: its contents, what is restored from it, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DataError } from "../errors/errors.js";
import { decodeSafetensors, encodeSafetensors } from "../formats/safetensors.js";
import { tensor } from "../tensor/creation.js";
import { decodeCheckpoint, encodeCheckpoint, hashTensors, type Checkpoint } from "./checkpoint.js";

const generator = (used: number): object => ({ seed: "5", words: [1, 2, 3], used, spareNormal: null });

/** A training with Adam, halfway through. Adam keeps two tensors and a number for each parameter. */
const checkpoint = {
  state: {
    position: { epoch: 2, batch: 3, lossSum: 1.5, seconds: 0.25 },
    generators: { epochStart: generator(0), now: generator(2) },
    model: new Map([
      ["conv.weight", { shape: [2, 1], data: Float32Array.of(1, 2) }],
      ["bn.num_batches_tracked", { shape: [], data: Int32Array.of(7) }],
    ]),
    optimizer: {
      state: { 0: { step: 4, exp_avg: tensor([3, 4]), exp_avg_sq: tensor([5, 6]) } },
      param_groups: [{ params: [0], lr: 0.1, betas: [0.9, 0.999] }],
    },
    scheduler: { lastEpoch: 4, baseLrs: [0.1] },
  },
  extra: { metricsBytes: 120, bestEpoch: 1 },
} as unknown as Checkpoint;

test("tensors have PyTorch's names, and the metadata holds everything else", () => {
  const { tensors, metadata } = decodeSafetensors(encodeCheckpoint(checkpoint), "x");
  assert.deepEqual([...tensors.keys()].sort(), [
    "bn.num_batches_tracked",
    "conv.weight",
    "optimizer.0.exp_avg",
    "optimizer.0.exp_avg_sq",
  ]);
  assert.deepEqual([...tensors.get("optimizer.0.exp_avg_sq")!.data], [5, 6]);
  assert.equal(metadata["format"], "kilograd");
  const training = JSON.parse(metadata["training"]!) as Record<string, unknown>;
  assert.deepEqual(training["position"], { epoch: 2, batch: 3, lossSum: 1.5, seconds: 0.25 });
  assert.deepEqual(training["optimizer"], {
    numbers: { 0: { step: 4 } },
    paramGroups: [{ params: [0], lr: 0.1, betas: [0.9, 0.999] }],
  });
});

test("what is read is what was written", () => {
  const { state, extra } = decodeCheckpoint(encodeCheckpoint(checkpoint), "x");
  assert.deepEqual(extra, { metricsBytes: 120, bestEpoch: 1 });
  assert.deepEqual(state.position, checkpoint.state.position);
  assert.deepEqual(state.generators, checkpoint.state.generators);
  assert.deepEqual(state.scheduler, checkpoint.state.scheduler);
  assert.deepEqual(new Set(state.model.keys()), new Set(checkpoint.state.model.keys()));
  assert.deepEqual(state.model.get("conv.weight"), checkpoint.state.model.get("conv.weight"));
  assert.deepEqual(state.model.get("bn.num_batches_tracked"), { shape: [], data: Int32Array.of(7) });
  const { step, exp_avg: mean, ...others } = state.optimizer.state[0]! as Record<string, ReturnType<typeof tensor>>;
  assert.equal(step, 4);
  assert.deepEqual(mean!.tolist(), [3, 4]);
  assert.deepEqual(Object.keys(others), ["exp_avg_sq"]);
  assert.deepEqual(state.optimizer.param_groups, checkpoint.state.optimizer.param_groups);
});

test("a network's field called optimizer is not taken for the optimizer's state", () => {
  const names = ["optimizer.0.weight", "optimizer.0.exp_avg", "optimizer_.0.bias", "optimizer"];
  const model = new Map(names.map((name, i) => [name, { shape: [1], data: Float32Array.of(i) }]));
  const written = { ...checkpoint, state: { ...checkpoint.state, model } };
  const { state } = decodeCheckpoint(encodeCheckpoint(written), "x");
  assert.deepEqual(new Map(state.model), model);
  const { exp_avg: mean } = state.optimizer.state[0] as Record<string, ReturnType<typeof tensor>>;
  assert.deepEqual(mean!.tolist(), [3, 4]);
});

test("a training without a schedule has none afterwards", () => {
  const without = { ...checkpoint, state: { ...checkpoint.state, scheduler: null } };
  assert.equal(decodeCheckpoint(encodeCheckpoint(without), "x").state.scheduler, null);
});

/** A checkpoint file with this text as the training's state. */
function fileWith(training: string | undefined): Uint8Array {
  const metadata = training === undefined ? { format: "kilograd" } : { format: "kilograd", training };
  return encodeSafetensors({ tensors: new Map(), metadata });
}

const metadata = JSON.parse(decodeSafetensors(encodeCheckpoint(checkpoint), "x").metadata["training"]!) as {
  position: object;
  extra: object;
  generators: { now: object };
};

const refused: Readonly<Record<string, readonly [string | undefined, RegExp]>> = {
  "a file of weights alone": [undefined, /a\.safetensors contains tensors but no training state/],
  "what is not JSON": ["{", /a\.safetensors: the training's state is not JSON/],
  "an epoch before the first": [
    JSON.stringify({ ...metadata, position: { ...metadata.position, epoch: 0 } }),
    /a\.safetensors: position\.epoch: /,
  ],
  "half a batch": [
    JSON.stringify({ ...metadata, position: { ...metadata.position, batch: 0.5 } }),
    /position\.batch: /,
  ],
  "a batch before the first": [
    JSON.stringify({ ...metadata, position: { ...metadata.position, batch: -1 } }),
    /position\.batch: /,
  ],
  "less than no time": [
    JSON.stringify({ ...metadata, position: { ...metadata.position, seconds: -0.1 } }),
    /position\.seconds: /,
  ],
  "a generator without its words": [
    JSON.stringify({
      ...metadata,
      generators: { ...metadata.generators, now: { ...metadata.generators.now, words: 1 } },
    }),
    /generators\.now\.words: /,
  ],
  "a text where a number belongs": [JSON.stringify({ ...metadata, extra: { bestEpoch: "1" } }), /extra\.bestEpoch: /],
};

for (const [what, [training, message]] of Object.entries(refused)) {
  test(`${what} is refused with an error that says what is wrong`, () =>
    assert.throws(
      () => decodeCheckpoint(fileWith(training), "a.safetensors"),
      (error) =>
        error instanceof DataError &&
        message.test(error.message) &&
        /Hint: give the folder of a run/.test(error.message),
    ));
}

test("a hash follows from the elements in their order, and not from the names", async () => {
  const of = (...lists: readonly number[][]): Promise<string> =>
    hashTensors(new Map(lists.map((list, i) => [`t${i}`, { shape: [list.length], data: Float32Array.from(list) }])));
  // sha256 of the bytes of float32 1 and 2: 00 00 80 3f 00 00 00 40
  assert.equal(await of([1, 2]), "b9c80b5adeca450753a16950c3cc655d271f7bef7a485bc83f112b72fef21d37");
  assert.equal(await of([1, 2]), await of([1], [2]));
  assert.notEqual(await of([1, 2]), await of([2], [1]));
});
