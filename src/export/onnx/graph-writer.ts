/**
 * Writes an ONNX graph: its nodes in order, its initializers, and a unique name for each value. Schema: onnx.proto of
 * github.com/onnx/onnx, through the package onnx-buf.
 */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from "onnx-buf";
import type { Dtype, HostArray } from "../../graph/node.js";
import type { Size, Sizes } from "../value.js";
import { encodeText } from "../../formats/utf8.js";

/** Numbers become INT or INTS, unless they are marked as floats. */
export type AttributeValue =
  number | string | readonly number[] | { readonly float: number } | { readonly tensor: TensorProto };

export const elementTypes: Readonly<Record<Dtype | "uint8", DataType>> = {
  float32: DataType.FLOAT,
  int32: DataType.INT32,
  uint8: DataType.UINT8,
};

export class GraphWriter {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  private readonly used = new Set<string>();
  private readonly integers = new Map<string, string>();
  private batchName: string | undefined;

  /** @param input the name of the graph's input, whose first axis is the batch */
  constructor(private readonly input: string) {
    this.used.add(input);
  }

  /** `wanted`, or `wanted_1`, … */
  claim(wanted: string): string {
    let name = wanted;
    for (let count = 1; this.used.has(name); count++) name = `${wanted}_${count}`;
    this.used.add(name);
    return name;
  }

  /**
   * Adds a node that belongs to a module (`features.conv1`), and returns the name of its output. Names follow PyTorch's
   * exporter: `/features/conv1/Conv`, `/features/conv1/Conv_output_0`.
   */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    module = "",
  ): string {
    const name = this.claim(["", ...(module === "" ? [] : module.split(".")), operator].join("/"));
    const output = this.claim(`${name}_output_0`);
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.nodes.push(
      create(NodeProtoSchema, { name, opType: operator, input: [...inputs], output: [output], attribute }),
    );
    return output;
  }

  /** Adds elements to the model, and returns their name. */
  tensor(wanted: string, shape: readonly number[], data: HostArray): string {
    const name = this.claim(wanted);
    this.initializers.push(tensorOf(shape, data, name));
    return name;
  }

  scalar(value: number, dtype: Dtype): string {
    return this.tensor("constant", [], dtype === "int32" ? Int32Array.of(value) : Float32Array.of(value));
  }

  /** Adds a list of int64, the form in which operators take shapes and axes. Equal lists are stored once. */
  int64(values: readonly number[]): string {
    const key = values.join();
    const known = this.integers.get(key);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    const name = this.claim("axes_or_sizes");
    this.initializers.push(rawTensor(name, DataType.INT64, [values.length], bytes));
    this.integers.set(key, name);
    return name;
  }

  /** A shape as int64. Sizes that follow the batch size are computed from it. */
  shape(sizes: Sizes): string {
    if (sizes.every((size) => typeof size === "number")) return this.int64(sizes);
    return this.node(
      "Concat",
      sizes.map((size) => this.size(size)),
      { axis: 0 },
    );
  }

  private size(size: Size): string {
    if (typeof size === "number") return this.int64([size]);
    this.batchName ??= this.node("Gather", [this.node("Shape", [this.input]), this.int64([0])]);
    return size.perImage === 1 ? this.batchName : this.node("Mul", [this.batchName, this.int64([size.perImage])]);
  }
}

/** Elements as ONNX stores them; those of an attribute have no name. */
export function tensorOf(shape: readonly number[], data: HostArray, name = ""): TensorProto {
  const dataType = data instanceof Float32Array ? DataType.FLOAT : DataType.INT32;
  return rawTensor(name, dataType, shape, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function rawTensor(name: string, dataType: DataType, shape: readonly number[], rawData: Uint8Array): TensorProto {
  return create(TensorProtoSchema, { name, dataType, dims: shape.map(BigInt), rawData: new Uint8Array(rawData) });
}

function attributeOf(name: string, value: AttributeValue): AttributeProto {
  const init = ((): MessageInitShape<typeof AttributeProtoSchema> => {
    if (typeof value === "number") return { type: AttributeType.INT, i: BigInt(value) };
    if (typeof value === "string") return { type: AttributeType.STRING, s: encodeText(value) };
    if ("tensor" in value) return { type: AttributeType.TENSOR, t: value.tensor };
    if ("float" in value) return { type: AttributeType.FLOAT, f: value.float };
    return { type: AttributeType.INTS, ints: value.map(BigInt) };
  })();
  return create(AttributeProtoSchema, { name, ...init });
}

/** The type and shape of the graph's input or output; the batch size is a name instead of a number. */
export function valueInfo(name: string, dtype: Dtype | "uint8", shape: Sizes): ValueInfoProto {
  const dim = shape.map((size) =>
    typeof size === "number"
      ? { value: { case: "dimValue" as const, value: BigInt(size) } }
      : { value: { case: "dimParam" as const, value: size.perImage === 1 ? "batch" : `${size.perImage}*batch` } },
  );
  const value = { case: "tensorType" as const, value: { elemType: elementTypes[dtype], shape: { dim } } };
  return create(ValueInfoProtoSchema, { name, type: { value } });
}
