/**
 * NodeImport: what an operator's importer works with. It reads a node's attributes and constants, and makes layers from
 * them.
 */
import { KilogradError } from "../../errors/errors.js";
import type { Module } from "../../nn/index.js";
import { formatShape } from "../../graph/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Attribute, OnnxNode } from "./graph.js";
import type { Constant, Floats } from "./tensor-proto.js";
import { asTensor, Numbers, type Value } from "./values.js";

/** Computes a node's (first) output. An input is undefined if it is omitted or was taken as a weight. */
export type Run = (...inputs: (Value | undefined)[]) => Value;
/** Examines a node once, and returns a function that runs in each forward pass. */
export type Importer = (node: NodeImport) => Run;

/**
 * The error for a node that needs something kilograd does not have. The graph's importer collects these errors with
 * their nodes.
 */
export class Unsupported extends Error {}

export function unsupported(problem: string): never {
  throw new Unsupported(problem);
}

export class NodeImport {
  /** The indices of the inputs whose constants became weights of a layer. */
  readonly taken = new Set<number>();
  /** The attributes that the importer has looked at. */
  private readonly read = new Set<string>();

  constructor(
    readonly node: OnnxNode,
    readonly opset: number,
    private readonly constants: ReadonlyMap<string, Constant>,
    private readonly place: (node: OnnxNode, weight: string | undefined, make: () => Module) => Module,
  ) {}

  has(input: number): boolean {
    return (this.node.inputs[input] ?? "") !== "";
  }

  // Attributes ----------------------------------------------------------------------------------------------------

  private attribute(name: string): Attribute | undefined {
    this.read.add(name);
    return this.node.attributes.get(name);
  }
  /** Whether a node has an attribute. */
  given(name: string): boolean {
    return this.attribute(name) !== undefined;
  }
  /** Notes attributes that make no difference here. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.read.add(name);
  }
  /** Refuses attributes that nobody has looked at: they may change what the operator computes. */
  refuseUnread(): void {
    const unread = [...this.node.attributes.keys()].filter((name) => !this.read.has(name));
    if (unread.length > 0) unsupported(`its attribute ${unread.join(", ")} is not supported here`);
  }
  number(name: string, fallback: number): number {
    const value = this.attribute(name) ?? fallback;
    return typeof value === "number" ? value : unsupported(`its attribute ${name} is not a number`);
  }
  numbers(name: string): readonly number[] | undefined {
    const value = this.attribute(name);
    if (value === undefined || Array.isArray(value)) return value as readonly number[] | undefined;
    return unsupported(`its attribute ${name} is not a list of numbers`);
  }
  text(name: string, fallback: string): string {
    const value = this.attribute(name) ?? fallback;
    return typeof value === "string" ? value : unsupported(`its attribute ${name} is not a string`);
  }
  constantAttribute(name: string): Constant | undefined {
    const value = this.attribute(name);
    return typeof value === "object" && "shape" in value ? value : undefined;
  }
  /** Reads an attribute of two numbers, for height and width. */
  pair(name: string, fallback: number): readonly [number, number] {
    const [height, width, ...more] = this.numbers(name) ?? [fallback, fallback];
    if (height !== undefined && width !== undefined && more.length === 0) return [height, width];
    return unsupported(`its ${name} are not two numbers, for height and width`);
  }

  // Constants -----------------------------------------------------------------------------------------------------

  /** Returns the constant of an input, if it is constant. */
  constant(input: number): Constant | undefined {
    return this.constants.get(this.node.inputs[input] ?? "");
  }
  floats(input: number): Floats | undefined {
    const constant = this.constant(input);
    return constant instanceof Numbers ? undefined : constant;
  }
  /** Takes an input's constant as a layer's weight of this shape (null: any size). */
  weight(input: number, name: string, shape: readonly (number | null)[]): Floats {
    const floats = this.floats(input) ?? unsupported(`its ${name} is computed, not a constant`);
    const fits =
      floats.shape.length === shape.length && shape.every((size, i) => [null, floats.shape[i]].includes(size));
    if (!fits) {
      const expected = formatShape(shape.map((size) => size ?? NaN)).replaceAll("NaN", "*");
      return unsupported(`its ${name} has the shape ${formatShape(floats.shape)}, expected ${expected}`);
    }
    this.taken.add(input);
    return floats;
  }

  /** Makes a layer, or returns the one that another node with the same weights has made. */
  layer<M extends Module>(make: () => M): M {
    const [weight] = this.taken;
    const name = weight === undefined ? undefined : this.node.inputs[weight];
    return this.place(this.node, name, make) as M;
  }

  /** Returns a function that runs a layer on one tensor. */
  run(layer: Module): Run {
    const call = layer as unknown as (input: Tensor) => Tensor;
    return (input) => call(tensorInput(input));
  }
}

export function tensorInput(value: Value | undefined): Tensor {
  return value === undefined ? unsupported("an input that it needs is missing") : asTensor(value);
}

export function numbersInput(value: Value | undefined, name: string): Numbers {
  return value instanceof Numbers
    ? value
    : unsupported(`its ${name} depends on the elements of a tensor, which is not supported`);
}

/**
 * Returns the message of an importer's error. It removes the hint from kilograd's own errors, because the import
 * reports it separately.
 */
export function problemOf(error: unknown): string | undefined {
  if (error instanceof Unsupported) return error.message;
  return error instanceof KilogradError ? error.message.replace(/\.( Hint: .*)?$/s, "") : undefined;
}
