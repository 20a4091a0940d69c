/**
 * Decodes an ONNX model's bytes into a graph of plain data, and checks it: every value is computed once, before it is
 * read (so there are no cycles), and the graph has float32 inputs and one output. Schema: onnx.proto of
 * github.com/onnx/onnx, through the package onnx-buf.
 */
import { fromBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  TensorProto_DataType,
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
} from "onnx-buf";
import { DataError } from "../../errors/errors.js";
import { decodeTensorProto, type Constant, type ReadExternal } from "./tensor-proto.js";
import { decodeText } from "../../formats/utf8.js";

export type Attribute = number | string | readonly number[] | Constant | { readonly kind: string };

export interface OnnxNode {
  /** The node's position, number and operator for errors, such as `node 3 "/conv1/Conv" (Conv)`. */
  readonly place: string;
  readonly name: string;
  /** The operator's name, with its domain if that is not ONNX's own: `com.microsoft.FusedConv`. */
  readonly operator: string;
  /** The names of the inputs. An omitted input is an empty string. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface OnnxGraph {
  /** The version of the operator set. */
  readonly opset: number;
  /** The names of the inputs that a caller must provide. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly initializers: ReadonlyMap<string, Constant>;
  /** The nodes that the output needs, in an order in which they can be computed. */
  readonly nodes: readonly OnnxNode[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The operator sets against which the importers were checked. */
const OPSETS = { first: 7, last: 25 } as const;

/** A limit well above the size of small networks. */
const MAX_NODES = 10_000;

/** @throws DataError if the bytes are not an ONNX model, or its graph is damaged */
export function decodeOnnxGraph(bytes: Uint8Array, file: string, externalData?: ReadExternal): OnnxGraph {
  const { graph, opsetImport, metadataProps, functions } = parse(bytes, file);
  if (!graph || graph.output.length === 0) throw damaged(file, "it holds no graph with an output");
  if (functions.length > 0) throw damaged(file, `it defines operators of its own (${functions[0]!.name})`);
  const opset = Number(opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 0);
  if (opset < OPSETS.first || opset > OPSETS.last) {
    const expected = `${OPSETS.first} to ${OPSETS.last}`;
    throw new DataError({
      op: "onnx",
      problem: `${file}: its operator set is not supported`,
      expected,
      got: `${opset}`,
    });
  }
  if (graph.node.length > MAX_NODES) throw damaged(file, `it has more than ${MAX_NODES} nodes`);
  const initializers = readInitializers(graph, file, externalData);
  const inputs = readInputs(graph, initializers, file);
  const nodes = graph.node.map((node, i) => readNode(node, i, file));
  checkOrder(nodes, [...inputs, ...initializers.keys()], graph, file);
  const output = graph.output[0]!.name;
  const metadata = Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]));
  return { opset, inputs, output, initializers, nodes: needed(nodes, output), metadata };
}

function parse(bytes: Uint8Array, file: string): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw damaged(file, `it cannot be read as ONNX: ${(error as Error).message}`);
  }
}

function readInitializers(graph: GraphProto, file: string, external?: ReadExternal): Map<string, Constant> {
  if (graph.sparseInitializer.length > 0) throw damaged(file, "it holds sparse tensors");
  const initializers = new Map<string, Constant>();
  const files = new Map<string, Uint8Array>();
  const read =
    external &&
    ((location: string): Uint8Array => {
      const content = files.get(location) ?? external(location);
      files.set(location, content);
      return content;
    });
  for (const proto of graph.initializer) {
    const refuse = (problem: string): never => {
      throw damaged(file, `initializer "${proto.name}": ${problem}`);
    };
    if (initializers.has(proto.name)) refuse("it appears twice");
    initializers.set(proto.name, decodeTensorProto(proto, refuse, read));
  }
  return initializers;
}

/** Reads the inputs that are not initializers. Older models list initializers as inputs too. */
function readInputs(graph: GraphProto, initializers: ReadonlyMap<string, Constant>, file: string): string[] {
  const given = graph.input.filter(({ name }) => !initializers.has(name));
  for (const { name, type } of given) {
    const kind: TensorProto_DataType =
      type?.value.case === "tensorType" ? type.value.value.elemType : TensorProto_DataType.UNDEFINED;
    if (kind === TensorProto_DataType.FLOAT) continue;
    throw new DataError({
      op: "onnx",
      problem: `${file}: its input "${name}" has an element type that is not supported`,
      expected: "FLOAT",
      got: TensorProto_DataType[kind] ?? String(kind),
      hint: "export the network without preprocessing of bytes; with `npx kilograd export`, leave out --preprocessing",
    });
  }
  if (graph.output.length > 1) {
    const names = graph.output.map(({ name }) => `"${name}"`).join(", ");
    throw damaged(
      file,
      `it has ${graph.output.length} outputs (${names}); only networks with one output are supported`,
    );
  }
  return given.map(({ name }) => name);
}

function readNode(proto: NodeProto, index: number, file: string): OnnxNode {
  const { name, opType, domain, input, output } = proto;
  const operator = domain === "" || domain === "ai.onnx" ? opType : `${domain}.${opType}`;
  const place = `node ${index + 1}${name === "" ? "" : ` "${name}"`} (${operator})`;
  const attributes = new Map<string, Attribute>();
  for (const attribute of proto.attribute) {
    const value = readAttribute(attribute, (problem) => {
      throw damaged(file, `${place}: attribute ${attribute.name}: ${problem}`);
    });
    attributes.set(attribute.name, value);
  }
  return { place, name, operator, inputs: input, outputs: output, attributes };
}

/** Reads an attribute. Of kinds that no operator here uses (graphs, lists of strings), only their presence matters. */
function readAttribute(proto: AttributeProto, refuse: (problem: string) => never): Attribute {
  const { type, f, i, s, t, floats, ints } = proto;
  if (type === AttributeType.FLOAT) return f;
  if (type === AttributeType.INT) return Number(i);
  if (type === AttributeType.STRING) return decodeText(s);
  if (type === AttributeType.FLOATS) return floats;
  if (type === AttributeType.INTS) return ints.map(Number);
  if (type === AttributeType.TENSOR && t) return decodeTensorProto(t, refuse);
  return { kind: AttributeType[type] ?? String(type) };
}

/** Checks that nodes are in order of computation and that each value is computed only once, as ONNX requires. */
function checkOrder(nodes: readonly OnnxNode[], first: readonly string[], graph: GraphProto, file: string): void {
  const known = new Set(first);
  for (const { place, inputs, outputs } of nodes) {
    for (const name of inputs) {
      if (name === "" || known.has(name)) continue;
      const later = nodes.some((node) => node.outputs.includes(name));
      const reason = later
        ? "which is computed only later: the graph has a cycle, or its nodes are out of order"
        : "which nothing provides";
      throw damaged(file, `${place} reads "${name}", ${reason}`);
    }
    for (const name of outputs) {
      if (name !== "" && known.has(name)) throw damaged(file, `${place} computes "${name}", which already exists`);
      known.add(name);
    }
  }
  const { name } = graph.output[0]!;
  if (!known.has(name)) throw damaged(file, `no node computes the output "${name}"`);
}

function needed(nodes: readonly OnnxNode[], output: string): OnnxNode[] {
  const wanted = new Set([output]);
  const backwards = [...nodes].reverse().filter(({ inputs, outputs }) => {
    const isNeeded = outputs.some((name) => name !== "" && wanted.has(name));
    if (isNeeded) inputs.forEach((name) => wanted.add(name));
    return isNeeded;
  });
  return backwards.reverse();
}

function damaged(file: string, problem: string): DataError {
  return new DataError({
    op: "onnx",
    problem: `${file}: ${problem}`,
    hint: "check the file with onnx.checker, or export it again",
  });
}
