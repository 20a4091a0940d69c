/**
 * A network as an ONNX model, with a dynamic batch size, PyTorch's names for the weights, and batch norm in inference
 * mode.
 */
import { shapeKind } from "../../tensor/kinds.js";
import { recordWith } from "../../errors/record-kinds.js";
import { flag, text } from "../../errors/kinds.js";
import { anyNetwork } from "../../trace/kinds.js";
import { Signature, byName, optional, required } from "../../errors/signature.js";
import { create, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { ArgumentError } from "../../errors/errors.js";
import type { Module } from "../../nn/index.js";
import type { Shape } from "../../graph/shape.js";
import { trace, type Trace } from "../computation.js";
import { valuesInOrder, type Value } from "../value.js";
import { GraphWriter, valueInfo } from "./graph-writer.js";
import { Call, writeValue } from "./operators.js";

/** The newest operator set that the ONNX checkers in Linux distributions know, and the file format of that time. */
const OPSET = 17n;
const IR_VERSION = 8n;

/** Options of `exportOnnx`. */
export interface OnnxOptions {
  /**
   * Whether to output likelihoods that add up to 1 for each image, instead of what the network computes. Default false.
   */
  readonly softmax?: boolean;

  /**
   * If given, the input is bytes from 0 to 255 (uint8), which the model turns into (byte / 255 − mean) / std. Default:
   * the model takes what the network takes (float32).
   */
  readonly preprocessing?: { readonly mean: number; readonly std: number };
  /** What the file says about the network, in `metadata_props`. Default: nothing. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The version of the program that writes the file. Default: none. */
  readonly version?: string;
}

const ofExportOnnx = new Signature("exportOnnx", [
  required("model", anyNetwork),
  required("inputSize", shapeKind),
  byName(optional("softmax", flag)),
  byName(optional("preprocessing", recordWith("{ mean, std }", "mean", "std"))),
  byName(optional("metadata", recordWith("texts by name"))),
  byName(optional("version", text("a text"))),
]);

/**
 * Writes a network as an ONNX model of operator set 17, with a batch of any size.
 * @param model a network from images [N, C, H, W] to one tensor; it is exported in evaluation mode
 * @param inputSize the size of an image, [C, H, W]
 * @param options the model's input and output, and what it says about itself
 * @returns the bytes of the file
 * @throws ArgumentError that names the operation that ONNX cannot express, and its place in the network
 * @example
 * const file = exportOnnx(new ExerciseNet(), [1, 28, 28], { softmax: true });
 * importOnnx(file, "digits.onnx")(zeros([4, 1, 28, 28])).shape; // [4, 10]
 */
export function exportOnnx(model: Module, inputSize: Shape, options: OnnxOptions = {}): Uint8Array {
  ofExportOnnx.read(arguments);
  const { softmax = false, preprocessing, metadata = {}, version } = options;
  const traced = trace(model, inputSize);
  const input = "images";
  const graph = new GraphWriter(input);
  const pixels = preprocessing ? preprocess(graph, input, preprocessing) : input;
  const names = writeAll(graph, traced, pixels);
  const { output } = traced;
  const last = softmax ? addSoftmax(graph, output, names) : names.get(output)!;
  const outputName = graph.claim(softmax ? "likelihoods" : output.op === "logSoftmax" ? "log_likelihoods" : "output");
  graph.nodes.push(...rename(graph, last, outputName));
  const proto = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    opsetImport: [{ domain: "", version: OPSET }],
    producerName: "kilograd",
    ...(version === undefined ? {} : { producerVersion: version }),
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: model.constructor.name,
      node: graph.nodes,
      initializer: graph.initializers,
      input: [valueInfo(input, preprocessing ? "uint8" : "float32", traced.input.shape)],
      output: [valueInfo(outputName, output.dtype, output.shape)],
    },
  });
  return toBinary(ModelProtoSchema, proto);
}

/** uint8 → float32 → (x / 255 − mean) / std */
function preprocess(graph: GraphWriter, input: string, { mean, std }: { mean: number; std: number }): string {
  const place = "preprocessing";
  const constant = (name: string, value: number): string =>
    graph.tensor(`${place}.${name}`, [], Float32Array.of(value));
  const floats = graph.node("Cast", [input], { to: 1 }, place);
  const unit = graph.node("Div", [floats, constant("full", 255)], {}, place);
  const centered = graph.node("Sub", [unit, constant("mean", mean)], {}, place);
  return graph.node("Div", [centered, constant("std", std)], {}, place);
}

function writeAll(graph: GraphWriter, { input, output }: Trace, pixels: string): Map<Value, string> {
  const names = new Map<Value, string>([[input, pixels]]);
  for (const value of valuesInOrder(output)) {
    if (names.has(value)) continue;
    const inputs = value.inputs.map((part) => (part ? names.get(part)! : ""));
    names.set(value, writeValue(new Call(value, inputs, graph)));
  }
  return names;
}

/** Replaces a final LogSoftmax, or follows the output. The softmax of log-likelihoods is the likelihoods, too. */
function addSoftmax(graph: GraphWriter, output: Value, names: ReadonlyMap<Value, string>): string {
  if (output.shape.length < 2) {
    throw new ArgumentError({
      op: "export",
      problem: "softmax needs one row of scores per image: [N, classes]",
    });
  }
  if (output.op !== "logSoftmax") return graph.node("Softmax", [names.get(output)!], { axis: 1 });
  const scores = names.get(output.inputs[0]!)!;
  graph.nodes.splice(
    graph.nodes.findIndex((node) => node.output[0] === names.get(output)),
    1,
  );
  return graph.node("Softmax", [scores], { axis: output.attrs.axis }, output.module);
}

/** Gives the output a fixed name: renames the value itself, or copies it if other nodes read it too. */
function rename(graph: GraphWriter, from: string, to: string): typeof graph.nodes {
  const maker = graph.nodes.find((node) => node.output[0] === from);
  const read = graph.nodes.some((node) => node.input.includes(from));
  if (maker && !read) {
    maker.output[0] = to;
    return [];
  }
  graph.node("Identity", [from]);
  const identity = graph.nodes.pop()!;
  identity.output[0] = to;
  return [identity];
}
