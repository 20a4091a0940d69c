/** In which mode a model begins, which gradients its operators have, and what is refused only in a run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AttributeProto_AttributeType as Type, TensorProto_DataType as Kind } from "onnx-buf";
import { int, node, onnx, scalar, type NodeInit } from "../../../test/onnx-models.js";
import { Parameter } from "../../nn/index.js";
import { tensor } from "../../tensor/creation.js";
import { importOnnx, type OnnxModule } from "./onnx-module.js";

test("a float that does not fit is refused when it is cast to an integer", () => {
  const cast = onnx([node("Cast", ["x"], ["y"], [int("to", Kind.INT64)])]);
  const network = importOnnx(cast, "model.onnx");
  assert.deepEqual([...network(tensor([-1.5, 2 ** 31 - 128])).data()], [-1, 2 ** 31 - 128]);
  for (const x of [3e9, -3e9, NaN]) assert.throws(() => network(tensor([0, x])).data(), /does not fit into int32/);
});

test("the gradients of Clip at a limit and of LeakyRelu at 0 are PyTorch's", () => {
  const gradient = (operator: NodeInit): number[] => {
    const x = new Parameter(tensor([0, 1, 2]));
    importOnnx(
      onnx([operator], { initializer: [scalar("low", 0), scalar("high", 1)] }),
      "model.onnx",
    )(x)
      .sum()
      .backward();
    return [...x.grad!.data()];
  };
  assert.deepEqual(gradient(node("Clip", ["x", "low", "high"], ["y"])), [1, 1, 0]);
  assert.deepEqual(
    gradient(node("LeakyRelu", ["x"], ["y"], [{ name: "alpha", type: Type.FLOAT, f: 0.25 }])),
    [0.25, 1, 1],
  );
});

test("a layer starts in the mode that the model says", () => {
  const flag = { name: "on", dims: [], dataType: Kind.BOOL, rawData: Uint8Array.of(2) };
  const dropout = (inputs: string[]): OnnxModule =>
    importOnnx(onnx([node("Dropout", inputs, ["y"])], { initializer: [scalar("r", 0.5), flag] }), "model.onnx");
  const ones = tensor(new Float32Array(64).fill(1));
  const dropped = (network: OnnxModule): boolean => network(ones).data().includes(0);
  assert.deepEqual([dropped(dropout(["x", "r"])), dropped(dropout(["x", "r", "on"]))], [false, true]);
  assert.deepEqual([dropped(dropout(["x", "r"]).train()), dropped(dropout(["x", "r", "on"]).eval())], [true, false]);
  const numbers = ["scale", "b", "mean", "var"].map((name) => ({ ...scalar(name, 1), dims: [1n] }));
  const normal = (training: number): number[] => {
    const operator = node(
      "BatchNormalization",
      ["x", "scale", "b", "mean", "var"],
      ["y"],
      [int("training_mode", training)],
    );
    const images = tensor([1, 5], [2, 1, 1, 1]);
    return [...importOnnx(onnx([operator], { initializer: numbers }), "model.onnx")(images).data()].map(Math.round);
  };
  assert.deepEqual(
    [normal(0), normal(1)],
    [
      [1, 5],
      [0, 2],
    ],
  );
});
