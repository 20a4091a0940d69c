/**
 * Random nodes of every operator with attributes, imported, against onnxruntime: the same numbers, or a refusal that says
 * what is not supported. Nodes that onnxruntime itself refuses are left out.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { TensorProtoSchema } from "onnx-buf";
import { AttributeProto_AttributeType as Type, ModelProtoSchema, TensorProto_DataType as Kind } from "onnx-buf";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { assertClose, relative } from "./closeness.js";
import { importOnnx } from "../src/entries/import.js";
import { DataError, KilogradError, tensor } from "../src/entries/index.js";
import { sizeOf } from "../src/graph/shape.js";
import { nodes, wave, type AttributeValue, type Node } from "./onnx-node-arbitraries.js";
import { checkRandomlyAsync } from "./random-checks.js";

const attribute = (name: string, value: AttributeValue) => {
  if (typeof value === "bigint") return { name, type: Type.INT, i: value };
  if (typeof value === "number") return { name, type: Type.FLOAT, f: value };
  if (typeof value === "string") return { name, type: Type.STRING, s: new TextEncoder().encode(value) };
  return { name, type: Type.INTS, ints: [...value] };
};

function modelOf({ operator, opset, shape, attributes, constants = [], outputs = 1 }: Node): Uint8Array {
  const given = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [attribute(name, value)],
  );
  const initializer = constants.flatMap((constant, i): MessageInitShape<typeof TensorProtoSchema>[] => {
    if (constant === null) return [];
    const [name, count] = [`c${i}`, "floats" in constant ? constant.floats.length : constant.longs.length];
    const dims = (constant.dims ?? [count]).map(BigInt);
    return "floats" in constant
      ? [{ name, dims, dataType: Kind.FLOAT, floatData: [...constant.floats] }]
      : [{ name, dims, dataType: Kind.INT64, int64Data: [...constant.longs] }];
  });
  const dim = shape.map((size) => ({ value: { case: "dimValue" as const, value: BigInt(size) } }));
  const type = { value: { case: "tensorType" as const, value: { elemType: Kind.FLOAT, shape: { dim } } } };
  const input = ["x", ...constants.map((constant, i) => (constant === null ? "" : `c${i}`))];
  const graph = {
    name: "g",
    node: [
      { opType: operator, name: "n", input, output: ["y", "y1", "y2", "y3", "y4"].slice(0, outputs), attribute: given },
    ],
    initializer,
    input: [{ name: "x", type }],
    output: [{ name: "y" }],
  };
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ version: BigInt(opset) }], graph }),
  );
}

/** What onnxruntime computes; undefined if it refuses the node. */
async function computed(
  bytes: Uint8Array,
  { shape }: Node,
  x: Float32Array,
): Promise<{ dims: readonly number[]; data: number[] } | undefined> {
  try {
    const session = await InferenceSession.create(bytes, {
      graphOptimizationLevel: "disabled",
      logSeverityLevel: 4,
      intraOpNumThreads: 1,
    });
    const { y } = await session.run({ x: new OrtTensor("float32", x, [...shape]) });
    return { dims: y!.dims, data: Array.from(y!.data as Float32Array, Number) };
  } catch {
    return undefined;
  }
}

const counts = new Map<string, { computed: number; refused: number }>();

async function check(node: Node): Promise<void> {
  const bytes = modelOf(node);
  const x = node.x ? Float32Array.from(node.x) : wave(sizeOf(node.shape));
  const expected = await computed(bytes, node, x);
  if (!expected) return;
  const count = counts.get(node.operator) ?? { computed: 0, refused: 0 };
  counts.set(node.operator, count);
  let y;
  try {
    y = importOnnx(bytes, "node.onnx")(tensor(x, [...node.shape]));
    y.data();
  } catch (error) {
    assert.ok(error instanceof KilogradError, (error as Error).stack);
    assert.match(
      error.message,
      /not supported|its pads are negative|it reflects more|it repeats more|selects nothing|the kernel covers/,
    );
    count.refused++;
    return;
  }
  count.computed++;
  assert.deepEqual(y.shape, expected.dims);
  const found = Array.from(y.data(), Number);
  assert.deepEqual(found.map(Number.isNaN), expected.data.map(Number.isNaN), `${node.operator}: where NaN stands`);
  // In a maximum over nothing but padding, the smallest float32 stands for −∞.
  const isMaximum = node.operator === "MaxPool";
  assertClose(
    found.map((x) => (Number.isNaN(x) ? 0 : x)),
    expected.data.map((x) => (Number.isNaN(x) ? 0 : isMaximum && x < -3e38 ? -Infinity : x)),
    relative(1e-5, 1),
    node.operator,
  );
}

for (const [operator, arbitrary] of Object.entries(nodes)) {
  test(`${operator}: random nodes equal onnxruntime's results`, async (t) => {
    await checkRandomlyAsync(fc.asyncProperty(arbitrary, check), 60);
    const { computed = 0, refused = 0 } = counts.get(operator) ?? {};
    t.diagnostic(`${computed} computed, ${refused} refused`);
    assert.ok(computed >= 5);
  });
}

test("an attribute that no operator here has looked at is refused", () => {
  const node = { operator: "Relu", opset: 17, shape: [2], attributes: { slope: 0.5 } };
  assert.throws(
    () => importOnnx(modelOf(node), "node.onnx"),
    (error) => error instanceof DataError && /its attribute slope is not supported here/.test(error.message),
  );
});
