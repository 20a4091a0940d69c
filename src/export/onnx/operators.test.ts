/** Every op, with the samples of its record: what onnxruntime makes of the exported op is the op's float64 reference. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openOnnx } from "../../../test/onnx-session.js";
import { ArgumentError } from "../../errors/errors.js";
import { evaluate } from "../../reference/reference.js";
import { Module } from "../../nn/index.js";
import { asData, functionCases, opCases, type SampleCase } from "../../reference/sample-inputs.js";
import { Tensor } from "../../tensor/tensor.js";
import { exportOnnx } from "./model.js";

/** Ops that do not occur where a network is evaluated, or that ONNX cannot express: why they are refused. */
const refused: Readonly<Record<string, RegExp>> = {
  batchNorm: /statistics of the batch itself/,
  "batchNorm()": /statistics of the batch itself/,
  conv2dInputGradient: /no operator/,
  conv2dWeightGradient: /no operator/,
  maxPool2dGradient: /no operator/,
  avgPool2dGradient: /no operator/,
  interleave: /no operator/,
  atLargest: /no operator/,
  unpool: /no operator/,
  random: /no operator/,
  "pad 1": /cannot pad between elements/,
  "pad 3": /cannot pad between elements/,
  "pad 4": /cannot pad between elements/,
};

/** Gives the case's result; the images, which a network must have, add nothing. */
class Single extends Module {
  constructor(readonly sample: SampleCase) {
    super();
  }

  override forward(images: Tensor): Tensor {
    const made = new Tensor(this.sample.build(this.sample.inputs.map(asData)));
    return made.float().add(images.mean().mul(0));
  }
}

for (const sample of [...opCases(), ...functionCases()]) {
  const reason = refused[sample.name] ?? refused[sample.name.split(" ")[0]!];
  test(`${sample.name}${reason ? " is refused" : ""}`, async () => {
    const model = new Single(sample);
    if (reason) {
      assert.throws(
        () => exportOnnx(model, [1, 1, 1]),
        (error) => error instanceof ArgumentError && reason.test(error.message),
      );
      return;
    }
    const expected = evaluate([sample.build(sample.inputs.map(asData))])[0]!.data;
    const session = await openOnnx(exportOnnx(model, [1, 1, 1]));
    const { data } = await session.run(new Float32Array(1), [1, 1, 1, 1]);
    assert.equal(data.length, expected.length);
    const largest = expected.reduce((top, x) => Math.max(top, Math.abs(x)), 1);
    expected.forEach((right, i) => {
      const close = Object.is(data[i]! + 0, right + 0) || Math.abs(data[i]! - right) <= 1e-5 * largest;
      assert.ok(close, `element ${i}: ${data[i]} instead of ${right}`);
    });
  });
}
