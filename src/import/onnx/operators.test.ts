/** Compares every operator with onnxruntime (fixtures/onnx/operators.mjs), and checks what is refused. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { assertClose, relative } from "../../../test/closeness.js";
import { jsonFixture } from "../../../test/fixtures.js";
import { AttributeProto_AttributeType as Type, TensorProto_DataLocation, TensorProto_DataType as Kind } from "onnx-buf";
import { int, ints, kernel, node, onnx, sizes, text } from "../../../test/onnx-models.js";
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
    /initializer "w": its elements are in "\.\.\/\.\.\/etc\/passwd", which is not inside the model's folder/,
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
    "an auto_pad that does not exist",
    onnx([node("Conv", ["x", "w"], ["y"], [text("auto_pad", "SAME")])]),
    /its auto_pad SAME is not supported here/,
  ],
  [
    "a kernel_shape that is not the weight's",
    onnx([node("Conv", ["x", "w"], ["y"], [ints("kernel_shape", 2, 2)])]),
    /its kernel_shape is not its weight's/,
  ],
  [
    "an attribute that the operator does not have",
    onnx([node("Conv", ["x", "w"], ["y"], [int("causal", 1)])]),
    /\(Conv\): its attribute causal is not supported here/,
  ],
  [
    "an attribute of a kind that is not read",
    onnx([node("Relu", ["x"], ["y"], [{ name: "body", type: Type.GRAPH }])]),
    /\(Relu\): its attribute body is not supported here/,
  ],
  [
    "an old batch norm with statistics for each pixel",
    onnx([node("BatchNormalization", ["x", "one", "one", "one", "one"], ["y"], [int("spatial", 0)])], {
      initializer: [{ ...kernel, name: "one", dims: [1n], floatData: [1] }],
    }),
    /its statistics for each pixel are not supported here/,
  ],
  [
    "arithmetic in 8 bits",
    onnx(
      [
        node("Add", ["b", "b"], ["s"]),
        node("Cast", ["s"], ["c"], [int("to", Kind.FLOAT)]),
        node("Add", ["x", "c"], ["y"]),
      ],
      {
        initializer: [{ name: "b", dims: [1n], dataType: Kind.UINT8, int32Data: [200] }],
      },
    ),
    /\(Add\): it computes with integers of 8 bits, which is not supported here/,
  ],
  [
    "a training_mode that is computed",
    onnx([node("Cast", ["x"], ["t"], [int("to", Kind.BOOL)]), node("Dropout", ["x", "r", "t"], ["y"])], {
      initializer: [{ name: "r", dims: [], dataType: Kind.FLOAT, floatData: [0.5] }],
    }),
    /\(Dropout\): its training_mode is computed, not a constant/,
  ],
  [
    "a second output that is used",
    onnx([node("MaxPool", ["x"], ["m", "at"], [ints("kernel_shape", 2, 2)]), node("Add", ["m", "at"], ["y"])]),
    /\(MaxPool\): only its first output is supported here/,
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
  ["negative padding", onnx([node("Conv", ["x", "w"], ["y"], [ints("pads", -1, 0, 0, 0)])]), /its pads are negative/],
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
    "a product of what is no matrix",
    onnx([node("Gemm", ["x", "w"], ["y"])]),
    /its A and B have the shapes \[1,1,2,2\] and \[1,1,3,3\], not \[\*,\*\]/,
  ],
  [
    "an integer of more than 32 bits beside a tensor",
    onnx([node("Add", ["x", "s"], ["y"])], { initializer: [sizes("s", 2 ** 40)] }),
    /does not fit into int32; .*got 1099511627776/,
  ],
  [
    "integers of more than 53 bits",
    onnx([node("Sub", ["a", "b"], ["n"]), node("Expand", ["x", "n"], ["y"])], {
      initializer: [sizes("a", 2 ** 53), sizes("b", 2 ** 53 - 2)],
    }),
    /it computes with 9007199254740992, and only integers of up to 53 bits are supported/,
  ],
  [
    "a backward slice to the largest integer, which onnxruntime takes for the first element",
    onnx([node("Slice", ["x", "from", "to", "axis", "step"], ["y"])], {
      initializer: [sizes("from", -1), sizes("to", 2 ** 31 - 1), sizes("axis", 3), sizes("step", -1)],
    }),
    /its end 2147483647 with a negative step is not supported/,
  ],
  [
    "a global maximum of volumes",
    onnx([node("Reshape", ["x", "s"], ["v"]), node("GlobalMaxPool", ["v"], ["y"])], {
      initializer: [sizes("s", 1, 1, 1, 2, 2)],
    }),
    /\(GlobalMaxPool\): its input is not a batch of images/,
  ],
  [
    "an axis that is named twice",
    onnx([node("Unsqueeze", ["x", "s"], ["y"])], { initializer: [sizes("s", 0, -6)] }),
    /it names an axis twice: 0, -6/,
  ],
  [
    "an index beyond a list of sizes",
    onnx([node("Gather", ["s", "at"], ["n"]), node("Expand", ["x", "n"], ["y"])], {
      initializer: [sizes("s", 1, 2), sizes("at", 2)],
    }),
    /there is no index 2 among 2 sizes/,
  ],
  [
    "a reflection of more than there is",
    onnx([node("Pad", ["x", "s"], ["y"], [text("mode", "reflect")])], {
      initializer: [sizes("s", 0, 0, 2, 0, 0, 0, 0, 0)],
    }),
    /it reflects more than the 1 elements beside an edge/,
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

// External data -------------------------------------------------------------------------------------------------------

const external = (location: string, more: Readonly<Record<string, string>> = {}): Uint8Array =>
  onnx([node("Conv", ["x", "w"], ["y"])], {
    initializer: [
      {
        ...kernel,
        floatData: [],
        dataLocation: TensorProto_DataLocation.EXTERNAL,
        externalData: Object.entries({ location, ...more }).map(([key, value]) => ({ key, value })),
      },
    ],
  });
const stored = new Uint8Array(Float32Array.from({ length: 10 }, (_, i) => i).buffer);

test("elements in a file beside the model are read", () => {
  const asked: string[] = [];
  const externalData = (location: string): Uint8Array => {
    asked.push(location);
    return stored;
  };
  const bytes = external("weights/model.data", { offset: "4", length: "36" });
  const model = importOnnx(bytes, "model.onnx", { externalData });
  assert.deepEqual([...[...model.parameters()][0]!.data()], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(asked, ["weights/model.data"]);
  assert.throws(
    () => importOnnx(bytes, "model.onnx"),
    /in another file, "weights\/model\.data": pass \{ externalData \} to read it/,
  );
});

for (const location of [
  "../model.data",
  "a/../../b",
  "/etc/passwd",
  "\\\\host\\share",
  "C:\\data",
  "..\\data",
  "c:data",
  "..",
]) {
  test(`a file outside the model's folder is never asked for: ${location}`, () => {
    const externalData = (): never => assert.fail("it was asked for");
    assert.throws(
      () => importOnnx(external(location), "model.onnx", { externalData }),
      /which is not inside the model's folder/,
    );
  });
}

for (const more of [
  { offset: "8", length: "36" },
  { offset: "-4" },
  { offset: "x" },
  { length: "-1" },
  { offset: "1e99" },
]) {
  test(`elements outside the file are refused: ${JSON.stringify(more)}`, () => {
    assert.throws(
      () => importOnnx(external("d", more), "model.onnx", { externalData: () => stored }),
      /its elements are at bytes .* of "d", which has 40/,
    );
  });
}
