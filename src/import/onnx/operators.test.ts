/** Compares every operator with onnxruntime (fixtures/onnx/operators.mjs), and checks what is refused. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { assertClose, relative } from "../../../test/closeness.js";
import { jsonFixture } from "../../../test/fixtures.js";
import { create, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as Type,
  ModelProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType as Kind,
} from "onnx-buf";
import { DataError } from "../../errors/errors.js";
import { tensor } from "../../tensor/creation.js";
import { importOnnx, onnxOperators } from "./onnx-module.js";

interface Case {
  readonly name: string;
  readonly model: string;
  readonly shape: readonly number[];
  readonly positive: boolean;
  readonly outputShape: readonly number[];
  readonly output: readonly number[];
}
const cases = jsonFixture<Case[]>("onnx/operators.json");

for (const { name, model, shape, positive, outputShape, output } of cases) {
  test(`${name} equals onnxruntime's result`, () => {
    const size = shape.reduce((a, b) => a * b, 1);
    const wave = Float32Array.from({ length: size }, (_, i) => Math.sin(i * 0.7 + 0.3));
    const x = tensor(positive ? wave.map((value) => Math.abs(value) + 0.1) : wave, shape);
    const y = importOnnx(Buffer.from(model, "base64"), "model.onnx").eval()(x);
    assert.deepEqual(y.shape, outputShape);
    assertClose(y.data(), output, relative(2e-6, 1));
  });
}

test("docs/import.md lists the operators that can be imported", () => {
  const text = fs.readFileSync(new URL("../../../docs/import.md", import.meta.url), "utf8");
  const list = /<!-- operators -->\n([\s\S]*?)\n<!-- end -->/.exec(text)![1]!;
  assert.deepEqual(
    list.split(/\s+/),
    onnxOperators.map((name) => `\`${name}\``),
  );
});

// Refusals ------------------------------------------------------------------------------------------------------------

type Model = MessageInitShape<typeof ModelProtoSchema>;
type Graph = NonNullable<Model["graph"]>;
type NodeInit = NonNullable<NonNullable<Graph["node"]>[number]>;

const float = { value: { case: "tensorType", value: { elemType: Kind.FLOAT } } } as const;
const node = (
  opType: string,
  input: string[],
  output: string[],
  attribute: NonNullable<NodeInit["attribute"]> = [],
): NodeInit => ({ opType, name: `a ${opType}`, input, output, attribute });
const int = (name: string, value: number) => ({ name, type: Type.INT, i: BigInt(value) });
const ints = (name: string, ...values: number[]) => ({ name, type: Type.INTS, ints: values.map(BigInt) });
const kernel = { name: "w", dims: [1n, 1n, 3n, 3n], dataType: Kind.FLOAT, floatData: new Array<number>(9).fill(1) };

function onnx(nodes: NodeInit[], change: Partial<Graph> = {}, model: Partial<Model> = {}): Uint8Array {
  const graph = {
    node: nodes,
    initializer: [kernel],
    input: [{ name: "x", type: float }],
    output: [{ name: "y" }],
    ...change,
  };
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { opsetImport: [{ version: 17n }], graph, ...model } as Model),
  );
}

const relu = node("Relu", ["x"], ["y"]);
const refusals: readonly (readonly [what: string, bytes: Uint8Array, message: RegExp])[] = [
  ["an empty file", new Uint8Array(0), /it holds no graph with an output/],
  ["a file that is not a protobuf", Buffer.from("\xff\xff\xff"), /it cannot be read as ONNX/],
  [
    "an operator set that is too old",
    onnx([relu], {}, { opsetImport: [{ version: 6n }] }),
    /its operator set is not supported; expected 7 to 25, got 6/,
  ],
  ["an operator set that is too new", onnx([relu], {}, { opsetImport: [{ version: 99n }] }), /got 99/],
  [
    "a model that defines its own operators",
    onnx([relu], {}, { functions: [{ name: "f" }] }),
    /it defines operators of its own \(f\)/,
  ],
  [
    "too many nodes",
    onnx(Array.from({ length: 10_001 }, (_, i) => node("Relu", ["x"], [`y${i}`]))),
    /it has more than 10000 nodes/,
  ],
  [
    "a cycle",
    onnx([node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"]), node("Relu", ["b"], ["y"])]),
    /node 1 "a Add" \(Add\) reads "b", which is computed only later: the graph has a cycle, or its nodes are out of order/,
  ],
  [
    "a node that reads itself",
    onnx([node("Add", ["x", "y"], ["y"])]),
    /node 1 .* reads "y", which is computed only later/,
  ],
  ["a value that nothing provides", onnx([node("Add", ["x", "gone"], ["y"])]), /reads "gone", which nothing provides/],
  ["a value that is computed twice", onnx([relu, relu]), /node 2 .* computes "y", which already exists/],
  ["an output that no node computes", onnx([node("Relu", ["x"], ["z"])]), /no node computes the output "y"/],
  ["two outputs", onnx([relu], { output: [{ name: "y" }, { name: "x" }] }), /it has 2 outputs \("y", "x"\)/],
  [
    "an input of bytes",
    onnx([relu], { input: [{ name: "x", type: { value: { case: "tensorType", value: { elemType: Kind.UINT8 } } } }] }),
    /its input "x" has an element type that is not supported; expected FLOAT, got UINT8. Hint: export the network without/,
  ],
  [
    "two initializers with the same name",
    onnx([relu], { initializer: [kernel, kernel] }),
    /initializer "w": it appears twice/,
  ],
  [
    "an initializer in another file",
    onnx([relu], {
      initializer: [
        {
          ...kernel,
          dataLocation: TensorProto_DataLocation.EXTERNAL,
          externalData: [{ key: "location", value: "../../etc/passwd" }],
        },
      ],
    }),
    /initializer "w": its elements are in another file, which is not read/,
  ],
  [
    "an initializer with the wrong length",
    onnx([relu], { initializer: [{ ...kernel, dims: [5n] }] }),
    /initializer "w": its shape \[5\] has 5 elements, but it lists 9/,
  ],
  [
    "a huge initializer",
    onnx([relu], {
      initializer: [{ ...kernel, dims: [2n ** 40n, 2n ** 40n], floatData: [], rawData: new Uint8Array(4) }],
    }),
    /takes 4\.8\d+e\+24 bytes, but it has 4/,
  ],
  ["a negative size", onnx([relu], { initializer: [{ ...kernel, dims: [-1n] }] }), /its shape \[-1\] is impossible/],
  [
    "an initializer of strings",
    onnx([relu], { initializer: [{ ...kernel, dataType: Kind.STRING }] }),
    /its element type STRING is not supported/,
  ],
  ["sparse tensors", onnx([relu], { sparseInitializer: [{}] }), /it holds sparse tensors/],

  [
    "operators that are not supported",
    onnx([node("LSTM", ["x"], ["h"]), node("Det", ["h"], ["y"])]),
    /model\.onnx cannot be imported: node 1 "a LSTM" \(LSTM\): this operator is not supported; node 2 "a Det" \(Det\): this operator is not supported\. Hint: .*docs\/import\.md/,
  ],
  [
    "a computed weight",
    onnx([node("Relu", ["w"], ["v"]), node("Conv", ["x", "v"], ["y"])]),
    /node 2 .*: its weight is computed, not a constant/,
  ],
  [
    "a weight with the wrong number of axes",
    onnx([node("Gemm", ["x", "w"], ["y"])]),
    /\(Gemm\): its B has the shape \[1,1,3,3\], expected \[\*,\*\]/,
  ],
  [
    "a three-dimensional convolution",
    onnx([node("Conv", ["x", "w"], ["y"], [ints("strides", 1, 1, 1)])]),
    /its strides are not two numbers, for height and width/,
  ],
  [
    "zero groups",
    onnx([node("Conv", ["x", "w"], ["y"], [int("group", 0)])]),
    /\(Conv\): Conv2d: invalid inChannels; expected an integer of at least 1, got 0/,
  ],
  [
    "an unsupported auto_pad",
    onnx([
      node(
        "Conv",
        ["x", "w"],
        ["y"],
        [{ name: "auto_pad", type: Type.STRING, s: new TextEncoder().encode("SAME_LOWER") }],
      ),
    ]),
    /its auto_pad SAME_LOWER is not supported here/,
  ],
  ["negative padding", onnx([node("Conv", ["x", "w"], ["y"], [ints("pads", -1, 0, 0, 0)])]), /its pads are negative/],
  [
    "ceil_mode",
    onnx([node("MaxPool", ["x"], ["y"], [ints("kernel_shape", 2, 2), int("ceil_mode", 1)])]),
    /its ceil_mode is not supported here/,
  ],
  [
    "a cast to strings",
    onnx([node("Cast", ["x"], ["y"], [int("to", Kind.STRING)])]),
    /a cast to STRING is not supported here/,
  ],
  [
    "an attribute of the wrong type",
    onnx([node("Cast", ["x"], ["y"], [ints("to", 1)])]),
    /its attribute to is not a number/,
  ],
];

for (const [what, bytes, message] of refusals) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => importOnnx(bytes, "model.onnx"),
      (error: unknown) => {
        assert.ok(error instanceof DataError, String((error as Error).stack));
        assert.match(error.message, message);
        assert.match(error.message, /model\.onnx/);
        return true;
      },
    );
  });
}

const sizes = (name: string, ...values: number[]) => ({
  name,
  dims: [BigInt(values.length)],
  dataType: Kind.INT64,
  int64Data: values.map(BigInt),
});
const later: readonly (readonly [what: string, bytes: Uint8Array, message: RegExp])[] = [
  [
    "a shape that depends on element values",
    onnx([node("Cast", ["x"], ["i"], [int("to", Kind.INT64)]), node("Expand", ["x", "i"], ["y"])]),
    /node 2 "a Expand" \(Expand\): its shape depends on the elements of a tensor/,
  ],
  [
    "a result that would fill the memory",
    onnx([node("Expand", ["x", "s"], ["y"])], { initializer: [sizes("s", 2 ** 40, 1, 1)] }),
    /its result would have 4398046511104 elements, but at most 16777216 are allowed/,
  ],
  [
    "a list that keeps doubling",
    onnx(
      [
        ...Array.from({ length: 60 }, (_, i) => node("Concat", [`s${i}`, `s${i}`], [`s${i + 1}`], [int("axis", 0)])),
        node("Reshape", ["x", "s60"], ["y"]),
      ],
      { initializer: [sizes("s0", 1)] },
    ),
    /a list of integers is too long/,
  ],
  [
    "a shape that does not fit",
    onnx([node("Reshape", ["x", "s"], ["y"])], { initializer: [sizes("s", 7)] }),
    /node 1 "a Reshape" \(Reshape\): reshape: /,
  ],
  [
    "an axis that does not exist",
    onnx([node("Gather", ["x", "s"], ["y"], [int("axis", 9)])], { initializer: [sizes("s", 0)] }),
    /it has no axis 9/,
  ],
];
for (const [what, bytes, message] of later) {
  test(`refused in the forward pass: ${what}`, () => {
    assert.throws(() => importOnnx(bytes, "model.onnx")(tensor(new Float32Array(4), [1, 1, 2, 2])), message);
  });
}
