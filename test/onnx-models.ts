/** Small ONNX models, for tests of what is read and what is refused. */
import { create, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { AttributeProto_AttributeType as Type, ModelProtoSchema, TensorProto_DataType as Kind } from "onnx-buf";

type Model = MessageInitShape<typeof ModelProtoSchema>;
type Graph = NonNullable<Model["graph"]>;
export type NodeInit = NonNullable<NonNullable<Graph["node"]>[number]>;

const float = { value: { case: "tensorType", value: { elemType: Kind.FLOAT } } } as const;
export const node = (
  opType: string,
  input: string[],
  output: string[],
  attribute: NonNullable<NodeInit["attribute"]> = [],
): NodeInit => ({ opType, name: `a ${opType}`, input, output, attribute });
export const int = (name: string, value: number) => ({ name, type: Type.INT, i: BigInt(value) });
export const ints = (name: string, ...values: number[]) => ({ name, type: Type.INTS, ints: values.map(BigInt) });
export const text = (name: string, value: string) => ({ name, type: Type.STRING, s: new TextEncoder().encode(value) });
export const kernel = {
  name: "w",
  dims: [1n, 1n, 3n, 3n],
  dataType: Kind.FLOAT,
  floatData: new Array<number>(9).fill(1),
};

/** A model whose input is x, and whose output is y. */
export function onnx(nodes: NodeInit[], change: Partial<Graph> = {}, model: Partial<Model> = {}): Uint8Array {
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

/** A list of int64. */
export const sizes = (name: string, ...values: number[]) => ({
  name,
  dims: [BigInt(values.length)],
  dataType: Kind.INT64,
  int64Data: values.map(BigInt),
});
export const scalar = (name: string, value: number) => ({ name, dims: [], dataType: Kind.FLOAT, floatData: [value] });
