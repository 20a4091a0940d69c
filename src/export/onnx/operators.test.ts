/**
 * Every op, with the samples in its record: onnxruntime computes from the exported op what the float64 reference does.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertClose, ofLargest } from "../../../test/closeness.js";
import { openOnnx } from "../../../test/onnx-session.js";
import { ArgumentError } from "../../errors/errors.js";
import { evaluate } from "../../reference/reference.js";
import { registry } from "../../graph/op.js";
import { Module } from "../../nn/index.js";
import { asData, functionCases, opCases, type SampleCase } from "../../reference/sample-inputs.js";
import { Tensor } from "../../tensor/tensor.js";
import { exportOnnx } from "./model.js";

/** Samples that ONNX cannot express, with the error. */
const refused: Readonly<Record<string, RegExp>> = {
  batchNorm: /statistics of the batch itself/,
  "batchNorm()": /statistics of the batch itself/,
  "pad 1": /cannot pad between elements/,
  "pad 3": /cannot pad between elements/,
  "pad 4": /cannot pad between elements/,
};

/** Why a sample is refused: because of the sample itself, or because its op's record names no counterpart. */
function reasonFor(sample: string): RegExp | undefined {
  const [name] = sample.split(" ") as [string];
  const elsewhere = registry.get(name)?.elsewhere;
  const hasNone = elsewhere === "internal" || elsewhere?.onnx === null;
  return refused[sample] ?? refused[name] ?? (hasNone ? /no operator/ : undefined);
}

/** Returns the case's result. A network must have images as its input; here they add 0. */
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
  const reason = reasonFor(sample.name);
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
    assertClose(data, expected, ofLargest(1e-5, 1));
  });
}
