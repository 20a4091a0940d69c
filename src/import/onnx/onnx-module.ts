/** A network made from an ONNX model. Its layers are those of `nn`, and its parameters can be trained. */
import { callback, flag, text } from "../../errors/kinds.js";
import { bytes } from "../../errors/record-kinds.js";
import { Signature, byName, optional, required } from "../../errors/signature.js";
import { DataError, KilogradError } from "../../errors/errors.js";
import { BatchNorm2d, Dropout, Module, Parameter } from "../../nn/index.js";
import { tensor } from "../../tensor/creation.js";
import type { Tensor } from "../../tensor/tensor.js";
import { decodeOnnxGraph, type OnnxGraph, type OnnxNode } from "./graph.js";
import {
  NodeImport,
  problemOf,
  tensorInput,
  Unsupported,
  unsupported,
  type Importer,
  type Run,
} from "./node-import.js";
import { arithmetic } from "./operators/arithmetic.js";
import { layers } from "./operators/layers.js";
import { pad } from "./operators/padding.js";
import { constantOf, shapes } from "./operators/shapes.js";
import type { Constant } from "./tensor-proto.js";
import { Numbers, type Value } from "./values.js";
import { counted } from "../../text/counted.js";

const importers: Readonly<Record<string, Importer>> = { ...arithmetic, ...layers, ...shapes, Pad: pad };
/** The ONNX operators that can be imported. */
export const onnxOperators: readonly string[] = Object.keys(importers).sort();

/** The maximum depth of nested groups. */
const MAX_DEPTH = 16;
/** The maximum number of problems listed in an error. */
const SHOWN = 8;

/** The operators that take integers of 8 bits as they are. */
const AS_THEY_ARE: ReadonlySet<string> = new Set(["Cast", "Identity", "Shape", "Size"]);

interface Step {
  readonly node: OnnxNode;
  /** The names of the inputs. Those that became weights of a layer are empty strings. */
  readonly inputs: readonly string[];
  readonly run: Run;
}

/** Options of `importOnnx`. */
export interface ImportOnnxOptions {
  /**
   * Whether the network is to end with the logarithms of likelihoods, as `F.nllLoss` and the Trainer need them: a
   * Softmax at its end becomes LogSoftmax, and scores (logits) are followed by one. Default false.
   */
  readonly logLikelihoods?: boolean;

  /**
   * Reads a file with elements of initializers (external data). It gets the name that the model gives, which is checked to
   * have no `..` and not to begin at a root; the file is meant to be in the model's folder. Default: such models are refused.
   */
  readonly externalData?: (location: string) => Uint8Array;
}

/** Holds layers whose names share a prefix, such as `features` for `features.0.weight`. */
class Group extends Module {}

/**
 * A network made from an ONNX model. Convolutions, batch norms and fully connected layers are modules named after their
 * weights (`conv1.weight` makes `conv1`); other float constants with more than one element are parameters. It starts in
 * the mode that the model says, which is evaluation unless it was exported in training mode. `train()` switches dropout on
 * and uses the batch's statistics, as always; call it before training further.
 * @example
 * const model = importOnnx(exportOnnx(new ExerciseNet(), [1, 28, 28]), "digits.onnx");
 * model.inputNames; // ["images"]
 * model(zeros([2, 1, 28, 28])).shape; // [2, 10]
 */
export class OnnxModule extends Module {
  readonly #steps: readonly Step[];
  readonly #graph: OnnxGraph;
  readonly #constants = new Map<string, Value>();

  /**
   * Users call `importOnnx`.
   * @internal
   */
  constructor(graph: OnnxGraph, file: string) {
    super();
    this.#graph = graph;
    this.#steps = new GraphImport(this, graph, file).steps();
    const read = new Set(this.#steps.flatMap(({ inputs }) => inputs).concat(graph.output));
    for (const [name, constant] of graph.initializers) if (read.has(name)) this.#keep(name, constant);
    if (!this.#isInTraining()) this.eval();
  }

  /** Whether the model says so of a layer, as `torch.onnx.export(…, training=TrainingMode.TRAINING)` does. */
  #isInTraining(): boolean {
    const layers = [...this.modules()].filter((module) => module instanceof Dropout || module instanceof BatchNorm2d);
    return layers.some(({ training }) => training);
  }

  /** What the model says about itself: classes, accuracy, licence. */
  get metadata(): Readonly<Record<string, string>> {
    return this.#graph.metadata;
  }
  /** The names of the inputs that `forward` takes, in order. */
  get inputNames(): readonly string[] {
    return this.#graph.inputs;
  }

  #keep(name: string, constant: Constant): void {
    const isWeight = !(constant instanceof Numbers) && constant.data.length > 1;
    if (!isWeight) return void this.#constants.set(name, constantOf(constant)!);
    const parameter = new Parameter(tensor(constant.data, constant.shape));
    place(this, name, (parent, own) => parent.registerParameter(own, parameter));
    this.#constants.set(name, parameter);
  }

  /**
   * Computes what the model computes.
   * @param inputs a tensor for each of `inputNames`
   * @returns the model's output
   * @throws DataError for another number of inputs, or if a node's inputs do not fit it
   */
  override forward(...inputs: Tensor[]): Tensor {
    const names = this.inputNames;
    if (inputs.length !== names.length) {
      const expected = names.map((name) => `"${name}"`).join(", ");
      throw new DataError({
        op: "onnx",
        problem: `it takes ${counted(names.length, "input")}`,
        expected,
        got: `${inputs.length}`,
      });
    }
    const values = new Map<string, Value | undefined>(this.#constants);
    names.forEach((name, i) => values.set(name, inputs[i]));
    for (const { node, inputs: read, run } of this.#steps) {
      try {
        values.set(node.outputs[0]!, run(...read.map((name) => values.get(name))));
      } catch (error) {
        throw inNode(node, error);
      }
    }
    return tensorInput(values.get(this.#graph.output));
  }
}

/** Adds the node to an error of the forward pass. */
function inNode({ place }: OnnxNode, error: unknown): unknown {
  if (error instanceof Unsupported) return new DataError({ op: "onnx", problem: `${place}: ${error.message}` });
  return error instanceof KilogradError ? error.inModule(place) : error;
}

/** Goes through a graph's nodes, makes their layers, and collects what cannot be imported. */
class GraphImport {
  /** Constants by name: initializers, and those that nodes make or pass on unchanged. */
  private readonly constants: Map<string, Constant>;
  /** The names of values that something reads. */
  private readonly used: ReadonlySet<string>;
  /** Layers by operator, attributes and weights. Nodes that agree in all of these share a layer. */
  private readonly made = new Map<string, Module>();

  constructor(
    private readonly root: Module,
    private readonly graph: OnnxGraph,
    private readonly file: string,
  ) {
    this.constants = new Map(graph.initializers);
    this.used = new Set([graph.output, ...graph.nodes.flatMap(({ inputs }) => inputs)]);
  }

  steps(): Step[] {
    const problems: string[] = [];
    const steps = this.graph.nodes.flatMap((node) => {
      this.noteConstant(node);
      try {
        return [this.step(node)];
      } catch (error) {
        const problem = problemOf(error);
        if (problem === undefined) throw error;
        problems.push(`${node.place}: ${problem}`);
        return [];
      }
    });
    if (problems.length === 0) return steps;
    const more = problems.length > SHOWN ? `; and ${problems.length - SHOWN} more` : "";
    throw new DataError({
      op: "onnx",
      problem: `${this.file} cannot be imported: ${problems.slice(0, SHOWN).join("; ")}${more}`,
      hint: "export the network without these; docs/import.md lists the operators that can be imported",
    });
  }

  /**
   * Notes the constant that a node passes on or makes. PyTorch's exporter shares equal weights through Identity nodes,
   * and makes constants with Constant nodes.
   */
  private noteConstant({ operator, inputs, outputs, attributes }: OnnxNode): void {
    const value = operator === "Identity" ? this.constants.get(inputs[0] ?? "") : undefined;
    const made = operator === "Constant" ? attributes.get("value") : undefined;
    const constant = value ?? (typeof made === "object" && "shape" in made ? made : undefined);
    if (constant && outputs[0] !== undefined) this.constants.set(outputs[0], constant);
  }

  private step(node: OnnxNode): Step {
    const importer = Object.hasOwn(importers, node.operator) ? importers[node.operator]! : undefined;
    if (!importer) return unsupported("this operator is not supported");
    const context: NodeImport = new NodeImport(node, this.graph.opset, this.constants, (_, weight, make) =>
      this.layer(context, weight, make),
    );
    if (node.outputs.slice(1).some((name) => this.used.has(name)))
      unsupported("only its first output is supported here");
    if (node.inputs.some((name) => this.isNarrow(name)) && !AS_THEY_ARE.has(node.operator))
      unsupported("it computes with integers of 8 bits, which is not supported here: cast them first");
    const run = importer(context);
    context.refuseUnread();
    return { node, run, inputs: node.inputs.map((name, i) => (context.taken.has(i) ? "" : name)) };
  }

  private isNarrow(name: string): boolean {
    const constant = this.constants.get(name);
    return constant instanceof Numbers && constant.isNarrow;
  }

  private layer({ node, taken }: NodeImport, weight: string | undefined, make: () => Module): Module {
    const weights = [...taken].map((i) => node.inputs[i]);
    const key = JSON.stringify([node.operator, [...node.attributes], weights]);
    const known = weights.length > 0 ? this.made.get(key) : undefined;
    if (known) return known;
    const layer = make();
    place(this.root, layerName(node, weight), (parent, name) => parent.addModule(name, layer));
    this.made.set(key, layer);
    return layer;
  }
}

/**
 * Returns `conv1` for a weight `conv1.weight`. Without a weight, it uses the node's name: `/conv1/Conv` becomes
 * `conv1`.
 */
function layerName({ name, outputs, operator }: OnnxNode, weight: string | undefined): string {
  const named = /^(.+)\.weight$/.exec(weight ?? "")?.[1];
  if (named !== undefined) return named;
  const parts = name.split("/").filter((part) => part !== "");
  if (parts.length > 1 && parts.at(-1) === operator) parts.pop();
  return parts.join(".") || `${operator}_${outputs[0]}`.replace(/\W+/g, "_");
}

/** Finds or makes the groups of a dotted name, and calls `add` with a last name that is not taken yet. */
function place(root: Module, path: string, add: (parent: Module, name: string) => void): void {
  const found = path.split(".").filter((part) => part !== "");
  const parts = found.length > MAX_DEPTH ? [found.join("_")] : found;
  const last = parts.pop() ?? "layer";
  let parent = root;
  for (const part of parts) parent = groupIn(parent, part);
  add(parent, freeName(parent, last));
}

function groupIn(parent: Module, name: string): Module {
  const member = (parent as unknown as Readonly<Record<string, unknown>>)[name];
  if (Object.hasOwn(parent, name) && member instanceof Group) return member;
  const group = new Group();
  parent.addModule(freeName(parent, name), group);
  return group;
}

function freeName(parent: Module, name: string): string {
  let free = name;
  for (let i = 1; free in parent; i++) free = `${name}_${i}`;
  return free;
}

const ofImportOnnx = new Signature("importOnnx", [
  required("bytes", bytes),
  required("file", text("the file's name")),
  byName(optional("logLikelihoods", flag)),
  byName(optional("externalData", callback)),
]);

/**
 * Makes a network from an ONNX model, with its weights. It computes what the model does, and can be trained further.
 * @param bytes the content of the file
 * @param file its name, for errors
 * @param options how the network is to end
 * @returns the network
 * @throws DataError if the file is damaged; or one that names every node whose operator or attributes are not supported
 * @example
 * const file = exportOnnx(new ExerciseNet(), [1, 28, 28], { softmax: true });
 * const model = importOnnx(file, "digits.onnx", { logLikelihoods: true });
 * model(zeros([1, 1, 28, 28])).exp().sum().item(); // 1.000
 */
export function importOnnx(bytes: Uint8Array, file: string, options: ImportOnnxOptions = {}): OnnxModule {
  ofImportOnnx.read(arguments);
  const graph = decodeOnnxGraph(bytes, file, options.externalData);
  return new OnnxModule(options.logLikelihoods ? endInLogSoftmax(graph) : graph, file);
}

function endInLogSoftmax(graph: OnnxGraph): OnnxGraph {
  const last = graph.nodes.find(({ outputs }) => outputs[0] === graph.output);
  if (last?.operator === "LogSoftmax") return graph;
  const operator = "LogSoftmax";
  if (last?.operator === "Softmax") {
    return { ...graph, nodes: graph.nodes.map((node) => (node === last ? { ...node, operator } : node)) };
  }
  const output = `${graph.output} log-likelihoods`;
  const attributes = new Map([["axis", 1]]);
  const added = { place: "the end", name: operator, operator, inputs: [graph.output], outputs: [output], attributes };
  return { ...graph, output, nodes: [...graph.nodes, added] };
}
