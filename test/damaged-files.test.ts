/**
 * Files that are damaged at random: reading one succeeds, or ends in a clear error. Nothing crashes. The seed stands in
 * each test's name; KILOGRAD_SEED chooses another. At the end, what is written undamaged is read back unchanged.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { unzipSync } from "fflate";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { encode } from "fast-png";
import { ModelProtoSchema } from "onnx-buf";
import { archive, mutations } from "./forged-files.js";
import { DataError, KilogradError } from "../src/errors/errors.js";
import { Generator } from "../src/random/random.js";
import { readSource } from "../src/predict/source.js";
import { zeros } from "../src/tensor/creation.js";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../src/formats/safetensors.js";
import { importOnnx } from "../src/import/onnx/onnx-module.js";
import { decodeStateDict } from "../src/import/state-dict.js";
import { readFixture } from "./fixtures.js";

const seed = Number(process.env["KILOGRAD_SEED"] ?? 1);

/** Reads a file, which must succeed or end in an error of ours. */
function tryOut(read: () => unknown, kind: typeof KilogradError, what: string): void {
  try {
    read();
  } catch (error) {
    if (error instanceof kind) return;
    throw new Error(`${what} ends in ${(error as Error).stack}`, { cause: error });
  }
}

const safetensors = encodeSafetensors({
  tensors: new Map<string, StoredTensor>([
    ["conv.weight", { shape: [2, 1, 2, 2], data: new Float32Array(8).fill(1) }],
    ["count", { shape: [], data: Int32Array.of(-7) }],
  ]),
  metadata: { note: "x" },
});
const weights = (bytes: Uint8Array): unknown => decodeStateDict(bytes, "given");
const inner = (name: string, inside: string, wrap: (bytes: Uint8Array) => Uint8Array) =>
  [
    `${name} (${inside})`,
    unzipSync(readFixture(`weights/${name}`))[inside]!,
    (bytes: Uint8Array) => weights(wrap(bytes)),
  ] as const;

const whole: readonly (readonly [name: string, bytes: Uint8Array, read: (bytes: Uint8Array) => unknown])[] = [
  ["a safetensors file", safetensors, weights],
  ...["tensors.pt", "protocol4.pt", "arrays.npz", "compressed.npz"].map(
    (name) => [name, readFixture(`weights/${name}`), weights] as const,
  ),
  inner("tensors.pt", "tensors/data.pkl", (data) => {
    const { "tensors/data.pkl": _, ...others } = unzipSync(readFixture("weights/tensors.pt"));
    return archive({ ...others, "tensors/data.pkl": data });
  }),
  inner("arrays.npz", "dense.npy", (data) => archive({ "dense.npy": data })),
];

for (const [name, bytes, read] of whole) {
  test(`500 mutations of ${name} crash nothing (seed ${seed})`, () => {
    let i = 0;
    for (const changed of mutations(bytes, 500, seed))
      tryOut(() => read(changed), DataError, `seed ${seed}, mutation ${i++}`);
  });
}

for (const name of ["digits-training", "mixed", "scores", "digits-ort-extended"]) {
  test(`300 mutations of ${name}.onnx crash nothing (seed ${seed})`, () => {
    let i = 0;
    for (const changed of mutations(readFixture(`onnx/${name}.onnx`), 300, seed)) {
      // Building the graph checks all shapes; nothing is computed.
      tryOut(() => importOnnx(changed, "given")(zeros([3, 1, 12, 12])), KilogradError, `seed ${seed}, mutation ${i++}`);
    }
  });
}

/** Numbers that a size, an axis, a count or a place should not be. */
const BAD_NUMBERS = [0n, -1n, 1n, 3n, 65_537n, 2n ** 31n - 1n, 2n ** 40n, -(2n ** 63n), 2n ** 63n - 1n];

/**
 * Changes one to three things in a model that stays readable, as byte by byte hardly ever succeeds: an attribute, a
 * node's operator, inputs or place, a constant's shape, type or numbers.
 */
function damageModel(bytes: Uint8Array, below: (n: number) => number): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  const { node: nodes, initializer } = model.graph!;
  const names = [...nodes.flatMap(({ output }) => output), ...initializer.map(({ name }) => name), "", "images"];
  const any = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const badNumber = (): bigint => any(BAD_NUMBERS);
  const changes: readonly (() => void)[] = [
    () => {
      const attribute = any(nodes.flatMap((node) => node.attribute));
      if (attribute.ints.length > 0) attribute.ints[below(attribute.ints.length)] = badNumber();
      else attribute.i = badNumber();
    },
    () => void any(nodes.flatMap((node) => node.attribute)).ints.push(badNumber()),
    () => void (any(nodes.flatMap((node) => node.attribute)).f = any([NaN, Infinity, -1, 0])),
    () => void (any(nodes).opType = any(nodes).opType),
    () => void any(nodes).attribute.pop(),
    () => {
      const { input } = any(nodes);
      input[below(input.length + 1)] = any(names);
    },
    () => void any(nodes).input.pop(),
    () => void (any(nodes).output[0] = any(names)),
    () => void nodes.push(...nodes.splice(below(nodes.length), 1)),
    () => {
      const { dims } = any(initializer);
      dims[below(dims.length + 1)] = badNumber();
    },
    () => void any(initializer).dims.reverse(),
    () => void (any(initializer).dataType = below(24)),
    () => {
      const tensor = any(initializer);
      tensor.rawData = new Uint8Array(tensor.rawData).map((byte) => (below(8) === 0 ? below(256) : byte));
    },
  ];
  for (let times = 1 + below(3); times > 0; times--) any(changes)();
  return toBinary(ModelProtoSchema, model);
}

for (const name of ["digits-training", "mixed", "scores", "digits-ort-extended"]) {
  test(`200 damaged graphs of ${name}.onnx crash nothing, also when they are computed (seed ${seed})`, () => {
    const generator = new Generator(seed);
    const below = (n: number): number => (generator.random() >>> 0) % Math.max(1, n);
    let computed = 0;
    for (let i = 0; i < 200; i++) {
      const changed = damageModel(readFixture(`onnx/${name}.onnx`), below);
      const run = (): void => {
        importOnnx(changed, "given")
          .eval()(zeros([3, 1, 12, 12]))
          .data();
        computed++;
      };
      tryOut(run, KilogradError, `seed ${seed}, graph ${i}`);
    }
    assert.ok(computed >= 10 && computed <= 190, `${computed} of 200 could be computed`);
  });
}

test(`500 mutations of a PNG crash nothing (seed ${seed})`, () => {
  const png = encode({ width: 5, height: 4, channels: 3, data: Uint8Array.from({ length: 60 }, (_, i) => i * 4) });
  let i = 0;
  for (const changed of mutations(png, 500, seed))
    tryOut(() => readSource(changed, "given"), DataError, `seed ${seed}, mutation ${i++}`);
});

test(`any tensors and metadata go through safetensors unchanged (seed ${seed})`, () => {
  const shape = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 });
  const stored = shape.chain((sizes) => {
    const length = sizes.reduce((a, b) => a * b, 1);
    const floats = fc.float32Array({ minLength: length, maxLength: length });
    const ints = fc.int32Array({ minLength: length, maxLength: length });
    return fc.oneof(floats, ints).map((data) => ({ shape: sizes, data }));
  });
  const name = fc.string({ unit: "grapheme" }).filter((one) => one !== "__metadata__");
  const entries = fc.array(fc.tuple(name, stored), { maxLength: 6 });
  const property = fc.property(entries, fc.dictionary(fc.string(), fc.string()), (list, metadata) => {
    const tensors = new Map<string, StoredTensor>(list);
    const read = decodeSafetensors(encodeSafetensors({ tensors, metadata }), "x");
    assert.deepEqual(new Map([...read.tensors].sort()), new Map([...tensors].sort()));
    assert.deepEqual({ ...read.metadata }, { ...metadata });
  });
  fc.assert(property, { numRuns: 300, seed });
});
