/**
 * Runs exported networks in onnxruntime on MNIST's 10,000 test images: the classes are the same, and the scores agree
 * within 1e-4. ONNX's own checker accepts the files (Debian's python3-onnx).
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { before, test } from "node:test";
import { absolute, assertClose } from "./closeness.js";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { InferenceSession } from "onnxruntime-node";
import { DataLoader, MNIST, transforms } from "../src/entries/data.js";
import { exportOnnx } from "../src/entries/export.js";
import { configure, F, manualSeed, nn, noGrad, type Tensor } from "../src/entries/index.js";
import { temporaryFolder } from "./idx-folder.js";
import { layerNetworks, stir } from "./layer-networks.js";
import { openOnnx } from "./onnx-session.js";
import { needs } from "./oracles.js";
import { runPython } from "./python.js";

const [mean, std] = [0.1307, 0.3081];
const batchSize = 250;
const size = [1, 28, 28];

before(() => configure({ threads: 1 }));

function testImages(): MNIST {
  const transform = transforms.compose([transforms.toTensor(), transforms.normalize([mean], [std])]);
  return new MNIST({ train: false, transform });
}

/** The rows of a batch's scores. */
const rows = (data: Float32Array): number[][] =>
  Array.from({ length: data.length / 10 }, (_, i) => [...data.subarray(10 * i, 10 * i + 10)]);
const best = (row: readonly number[]): number => row.indexOf(Math.max(...row));

for (const [name, make] of Object.entries(layerNetworks)) {
  test(`${name}: onnxruntime gives the same classes and scores for 10,000 images`, async () => {
    manualSeed(3);
    const model = stir(make()).eval();
    const session = await openOnnx(exportOnnx(model, size));
    let [count, largest] = [0, 0];
    for (const [images] of new DataLoader(testImages(), { batchSize })) {
      const ours = rows(noGrad(() => model(images)).data() as Float32Array);
      const { data } = await session.run(images.data() as Float32Array, images.shape);
      const theirs = rows(data);
      ours.forEach((row, i) => {
        assert.equal(best(theirs[i]!), best(row), `image ${count + i}: ${theirs[i]!.join()} instead of ${row.join()}`);
        row.forEach((x, k) => (largest = Math.max(largest, Math.abs(x - theirs[i]![k]!))));
      });
      count += ours.length;
    }
    assert.equal(count, 10_000);
    assert.ok(largest <= 1e-4, `scores differ by ${largest}`);
  });
}

test("with softmax and preprocessing it takes bytes and gives likelihoods, for a batch of any size", async () => {
  manualSeed(3);
  for (const make of Object.values(layerNetworks)) {
    const model = stir(make()).eval();
    const session = await openOnnx(exportOnnx(model, size, { softmax: true, preprocessing: { mean, std } }));
    assert.equal(session.output, "likelihoods");
    const dataset = testImages();
    for (const count of [1, 7]) {
      const bytes = dataset.images.slice(0, count * 784);
      const [images] = [...new DataLoader(dataset, { batchSize: count })][0]!;
      const expected = noGrad(() => F.softmax(model(images), 1)).data();
      const { shape, data } = await session.run(bytes, [count, ...size]);
      assert.deepEqual(shape, [count, 10]);
      assertClose(data, expected, absolute(1e-5), "the likelihoods");
    }
  }
});

test(
  "ONNX's checker and its shape inference accept every model",
  needs("exported models by ONNX's own checker", "onnx"),
  (t) => {
    const folder = temporaryFolder(t);
    for (const [name, make] of Object.entries(layerNetworks)) {
      const bytes = exportOnnx(make(), size, {
        softmax: true,
        preprocessing: { mean, std },
        metadata: { classes: "[]" },
      });
      fs.writeFileSync(path.join(folder, `${name}.onnx`), bytes);
    }
    const program = [
      "import glob, onnx",
      `for file in sorted(glob.glob(${JSON.stringify(folder)} + '/*.onnx')):`,
      "    model = onnx.load(file)",
      "    onnx.checker.check_model(model, full_check=True)",
      "    shape = onnx.shape_inference.infer_shapes(model, strict_mode=True).graph.output[0].type.tensor_type.shape",
      "    print([dim.dim_param or dim.dim_value for dim in shape.dim], model.opset_import[0].version)",
    ].join("\n");
    const lines = runPython(["-c", program]).trim().split("\n");
    assert.deepEqual(
      lines,
      Object.keys(layerNetworks).map(() => "['batch', 10] 17"),
    );
  },
);

test("nodes are named after the layers, and weights have PyTorch's names", () => {
  const text = Buffer.from(exportOnnx(layerNetworks["exercise"]!(), size)).toString("latin1");
  for (const name of [
    "/conv1/Conv",
    "/bn1/BatchNormalization",
    "/pool/MaxPool",
    "/average/GlobalAveragePool",
    "/Flatten",
  ]) {
    assert.ok(text.includes(name), name);
  }
  for (const name of ["conv1.weight", "conv1.bias", "bn6.running_var"]) assert.ok(text.includes(name), name);
  assert.ok(!text.includes("/Add"), "biases and batch norm belong to their layers' nodes");
});

test("untrained elements are a Constant and not an initializer, which importers take for weights", () => {
  const names = new Set(
    fromBinary(ModelProtoSchema, exportOnnx(layerNetworks["layers"]!(), size)).graph!.initializer.map(
      ({ name }) => name,
    ),
  );
  assert.deepEqual(
    [...names].filter((name) => /constant/.test(name)),
    ["constant", "constant_1", "constant_2", "constant_3"],
  );
});

test("batch norm is a separate node, which onnxruntime folds into the convolutions when it loads the model", async (t) => {
  const file = path.join(temporaryFolder(t), "folded.onnx");
  const operators = (bytes: Uint8Array): string[] =>
    fromBinary(ModelProtoSchema, bytes).graph!.node.map(({ opType }) => opType);
  const count = (list: readonly string[], name: string): number => list.filter((one) => one === name).length;
  const bytes = exportOnnx(layerNetworks["exercise"]!(), size);
  await InferenceSession.create(bytes, {
    graphOptimizationLevel: "basic",
    optimizedModelFilePath: file,
    logSeverityLevel: 3,
  });
  const [written, loaded] = [operators(bytes), operators(fs.readFileSync(file))];
  assert.deepEqual([count(written, "BatchNormalization"), count(loaded, "BatchNormalization")], [6, 0]);
  assert.equal(count(loaded, "Conv"), count(written, "Conv"));
});

test("an error names what cannot be exported, and its place", () => {
  class Normalized extends nn.Module {
    features = new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.BatchNorm2d(4, { trackRunningStats: false }));
    override forward(x: Tensor): Tensor {
      return this.features(x).mean([2, 3]);
    }
  }
  const expected = /export: .* in features\.1 cannot be exported: .*batch/;
  assert.throws(() => exportOnnx(new Normalized(), size), expected);
});
