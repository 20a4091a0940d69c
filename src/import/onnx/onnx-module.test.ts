/**
 * Compares models written by PyTorch's exporter and onnxruntime (fixtures/onnx/models.py, optimized.mjs) with PyTorch's
 * results, and checks that imported models can be trained further.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { absolute, assertClose } from "../../../test/closeness.js";
import { fixturePath, jsonFixture, readFixture } from "../../../test/fixtures.js";
import { DataError } from "../../errors/errors.js";
import { noGrad } from "../../graph/grad-mode.js";
import { functional as F, Module } from "../../nn/index.js";
import { SGD } from "../../optim/index.js";
import { tensor } from "../../tensor/creation.js";
import type { Tensor } from "../../tensor/tensor.js";
import { importOnnx, type ImportOnnxOptions, type OnnxModule } from "./onnx-module.js";

interface Fixture {
  readonly models: Readonly<Record<string, { readonly output: readonly number[]; readonly parameters: number }>>;
}
const { models } = jsonFixture<Fixture>("onnx/models.json");
const images = tensor(
  Float32Array.from({ length: 3 * 144 }, (_, i) => Math.sin(Math.fround(i * Math.fround(0.37)))),
  [3, 1, 12, 12],
);

function load(name: string, options?: ImportOnnxOptions): OnnxModule {
  return importOnnx(readFixture(`onnx/${name}.onnx`), `${name}.onnx`, options);
}

function assertElements(actual: Tensor, expected: ArrayLike<number>): void {
  assertClose(actual.data(), expected, absolute(2e-6), "the output");
}

const written = fs.readdirSync(fixturePath("onnx")).flatMap((file) => /^(.*)\.onnx$/.exec(file)?.[1] ?? []);
for (const name of written.filter((one) => !one.endsWith("-all"))) {
  test(`${name}: the output equals PyTorch's`, () => {
    const model = load(name).eval();
    assertElements(
      noGrad(() => model(images)),
      models[name.replace(/-ort-.*/, "")]!.output,
    );
  });
}

test("every model that the scripts write is tested", () => {
  assert.deepEqual(
    Object.keys(models).filter((name) => !written.includes(name)),
    [],
  );
  assert.equal(written.length, Object.keys(models).length + 5);
});

for (const name of ["digits-training", "scores", "scores-folded", "mixed"]) {
  test(`${name}: all weights are parameters`, () => {
    const count = [...load(name).parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
    assert.equal(count, models[name]!.parameters);
  });
}

test("layers and their state have PyTorch's names", () => {
  const model = load("digits-training");
  assert.deepEqual(
    [...model.stateDict().keys()],
    [
      ...["conv1.weight", "conv1.bias"],
      ...["weight", "bias", "running_mean", "running_var", "num_batches_tracked"].map((key) => `bn1.${key}`),
      "transition.weight",
      ...["weight", "bias", "running_mean", "running_var", "num_batches_tracked"].map((key) => `bn2.${key}`),
      ...["classify.weight", "classify.bias"],
    ],
  );
  assert.match(String(model), /\(bn1\): BatchNorm2d\(4, eps=1e-05, momentum=0\.1, affine=True/);
  assert.match(String(model), /Dropout\(p=0\.1, inplace=False\)/);
});

test("the modules of a Sequential are grouped", () => {
  const names = [...load("scores").namedModules()].map(([name]) => name);
  assert.ok(names.includes("features.0") && names.includes("classify"), names.join(" "));
});

for (const name of ["digits-training", "digits-folded", "scores", "mixed-ort-basic"]) {
  test(`${name} can be trained further`, () => {
    const model = load(name, { logLikelihoods: true });
    const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
    const labels = tensor(Int32Array.of(0, 1, 2));
    const losses = Array.from({ length: 40 }, () => {
      optimizer.zeroGrad();
      const loss = F.nllLoss(model(images), labels);
      loss.backward();
      optimizer.step();
      return loss.item();
    });
    assert.ok(losses.at(-1)! < 0.9 * losses[0]!, `losses from ${losses[0]} to ${losses.at(-1)}`);
    for (const [parameter, { grad }] of [...model.namedParameters()]) assert.ok(grad, `${parameter} has a gradient`);
  });
}

test("the batch size may differ from the exporter's", () => {
  const one = tensor(images.data().slice(144, 288), [1, 1, 12, 12]);
  for (const name of ["digits", "scores", "mixed"]) {
    assertElements(load(name).eval()(one), models[name]!.output.slice(4, 8));
  }
});

test("logLikelihoods works for networks that return log-likelihoods, likelihoods or scores", () => {
  const sum = (output: Tensor): Tensor => output.exp().sum(1);
  for (const name of ["digits", "scores", "mixed"]) {
    const output = load(name, { logLikelihoods: true }).eval()(images);
    assertElements(sum(output), [1, 1, 1]);
    const raw = load(name).eval()(images);
    const expected = name === "mixed" ? raw.log() : F.logSoftmax(raw, 1);
    assertElements(output, [...expected.data()]);
  }
});

test("an imported network's state can be saved and loaded", () => {
  const [from, into] = [load("digits"), load("digits")];
  assert.ok(from instanceof Module);
  for (const parameter of into.parameters()) parameter.setData(new Float32Array(parameter.numel()));
  into.loadStateDict(from.stateDict());
  assertElements(into.eval()(images), models["digits"]!.output);
});

test("an error names onnxruntime's own operators and their nodes", () => {
  assert.throws(
    () => load("digits-ort-all"),
    (error: unknown) => {
      assert.ok(error instanceof DataError);
      assert.match(
        error.message,
        /digits-ort-all\.onnx cannot be imported: node \d+ .*\(com\.microsoft\.nchwc\.Conv\): this operator is not supported; node/,
      );
      return true;
    },
  );
});

test("an input of the wrong size is an error that names the layer", () => {
  assert.throws(
    () => load("digits")(tensor(new Float32Array(8), [1, 2, 2, 2])),
    /conv1 \(Conv2d\): conv2d: input \[1,2,2,2\] has 2 channels/,
  );
  assert.throws(() => load("digits")(), /it takes 1 input; expected "images", got 0/);
});
