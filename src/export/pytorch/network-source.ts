/**
 * A network as a Python class: its modules under their names, and a `forward` with the calls in order. Modules that
 * PyTorch has are called as modules; functional calls are written as functions.
 */
import { enableGrad } from "../../graph/grad-mode.js";
import { ArgumentError, KilogradError } from "../../errors/errors.js";
import type { Shape } from "../../graph/shape.js";
import { BatchNorm2d, Dropout, Dropout2d, type Module } from "../../nn/index.js";
import { evaluation } from "../../trace/lazy-call.js";
import { trace, type Trace } from "../computation.js";
import { refuse, stopsGradient, valuesInOrder, type Value } from "../value.js";
import { constructorOf, declare, isKnown } from "./layers.js";
import { className, selfPath } from "./names.js";
import { pythonTuple } from "../../text/python.js";
import { expressionOf, expressions, pythonNumber, torchType } from "./operators.js";
import { BATCHES } from "../passes.js";
import { HINT, asInTraining, checkTraining, frozenModules, isOnlyDropout } from "./training-mode.js";

/** The largest number of elements to write into a program. */
const LARGEST_CONSTANT = 4096;

/** @throws ArgumentError if the network does something in training that cannot be written in Python */
export function networkSource(model: Module, inputSize: Shape): string {
  const output = withCalls(traceTraining(model, inputSize));
  checkTraining(output, withCalls(trace(model, inputSize, evaluation, enableGrad)));
  const { type, args } = constructorOf(model);
  const writer = new ForwardWriter(model, output);
  // A PyTorch layer, or a Sequential of such layers, has a forward that computes the same.
  const forward = isKnown(model) ? [] : ["", "def forward(self, images):", ...indented(writer.write())];
  const init = [`super().__init__(${args})`, ...declare(model), ...writer.constants, ...frozenParameters(model)];
  return [
    `class ${className(model)}(${type}):`,
    ...indented(["def __init__(self):", ...indented(init), ...modeSource(model), ...forward]),
  ].join("\n");
}

/** A forward pass in training may refuse batches of some sizes, such as odd ones. */
function traceTraining(model: Module, inputSize: Shape): Trace {
  try {
    return trace(model, inputSize, asInTraining(model), enableGrad);
  } catch (cause) {
    if (!(cause instanceof KilogradError) || cause.op === "export") throw cause;
    throw new ArgumentError(
      {
        op: "export",
        problem: `the network's forward fails in training mode for batches of ${BATCHES.join(", ")} images: ${cause.op}: ${cause.problem}`,
        expected: "a forward that takes any number of images, and does the same in training as in evaluation",
        hint: HINT,
      },
      { cause },
    );
  }
}

/** Parameters that are not trained. */
function frozenParameters(model: Module): string[] {
  const frozen = [...model.namedParameters()].filter(([, { requiresGrad }]) => !requiresGrad);
  return frozen.map(([name]) => `${selfPath(model, name)}.requires_grad_(False)`);
}

/** The method that keeps layers in evaluation mode while the network trains. */
function modeSource(model: Module): string[] {
  const frozen = frozenModules(model).filter(([, module]) => hasModes(module));
  if (frozen.length === 0) return [];
  const stay = frozen.map(([path]) => `${selfPath(model, path)}.eval()`);
  return ["", "def train(self, mode=True):", ...indented(["super().train(mode)", ...stay, "return self"])];
}

function hasModes({ constructor }: Module): boolean {
  return [BatchNorm2d, Dropout, Dropout2d].some((Layer) => Layer === constructor);
}

const indented = (blocks: readonly string[]): string[] => blocks.map((lines) => lines.replace(/^(?=.)/gm, "    "));

/** The output, where each value that a PyTorch module computes is replaced by a call of that module on its input. */
function withCalls({ output, calls }: Trace): Value {
  // If two modules return the same value, the outer one wins, because its call ends later.
  const known = new Map(
    calls
      .filter(({ path, module, input, output: made }) => path !== "" && input !== made && isKnown(module))
      .map((call) => [call.output, call]),
  );
  const simplify = (value: Value): Value => {
    const call = known.get(value);
    if (!call) return value;
    const attrs = { path: call.path, drops: isOnlyDropout(call) };
    const made: Value = { ...value, op: "call", inputs: [call.input], attrs };
    const isTrained = [...call.module.parameters()].some(({ requiresGrad }) => requiresGrad);
    // A module that was called within noGrad.
    if (value.requiresGrad || !(isTrained || call.input.requiresGrad)) return made;
    return { ...value, op: "detach", inputs: [{ ...made, requiresGrad: true }], attrs: {} };
  };
  const seen = new Map<Value, Value>();
  for (const value of valuesInOrder(output)) {
    const simple = simplify(value);
    const renewed = (part: Value): Value => ({
      ...part,
      inputs: part.inputs.map((input) => input && (seen.get(input) ?? renewed(input))),
    });
    seen.set(value, renewed(simple));
  }
  return seen.get(output)!;
}

/** Writes a line for each value. A name is reused once its value is no longer needed. */
class ForwardWriter {
  /** The lines of `__init__` for elements that are not parameters. */
  readonly constants: string[] = [];
  private readonly order: readonly Value[];
  private readonly lastUse = new Map<Value, number>();
  private readonly texts = new Map<Value, string>();
  private names = 0;

  constructor(
    private readonly model: Module,
    private readonly output: Value,
  ) {
    this.order = valuesInOrder(output);
    this.order.forEach((value, at) => value.inputs.forEach((input) => input && this.lastUse.set(input, at)));
  }

  write(): string[] {
    const lines = this.order.flatMap((value, at) => this.line(value, at));
    return [...lines, `return ${this.texts.get(this.output)!}`];
  }

  private line(value: Value, at: number): string[] {
    const leaf = this.leaf(value);
    if (leaf !== undefined) {
      this.texts.set(value, leaf);
      return [];
    }
    const text = stopsGradient(value) ? `(${this.expression(value)}).detach()` : this.expression(value);
    const free = value.inputs.find((input) => input && this.lastUse.get(input) === at && this.isName(input));
    const name = free ? this.texts.get(free)! : this.freshName();
    this.texts.set(value, name);
    return [`${name} = ${text}`];
  }

  private leaf(value: Value): string | undefined {
    if (value.op === "input") return "images";
    if (value.op === "variable") return selfPath(this.model, value.attrs.name);
    if (value.op === "constant" && value.shape.length === 0) return expressions.constant!([], value);
    if (value.op === "data") return this.constant(value);
    return undefined;
  }

  private expression(value: Value): string {
    const inputs = value.inputs.map((input) => (input ? this.texts.get(input)! : ""));
    if (value.op === "call") return `${selfPath(this.model, value.attrs.path)}(${inputs[0]!})`;
    const write = expressionOf(value);
    return write ? write(inputs, value) : refuse(value, "it has no counterpart in PyTorch");
  }

  /** Writes elements as a buffer that is not part of the state dict. */
  private constant(value: Value): string {
    const elements = [...value.data!];
    if (elements.length > LARGEST_CONSTANT)
      refuse(value, `${elements.length} elements are too many to write into a program`);
    const name = this.constantName();
    const list = elements.map((element) => pythonNumber(element, value)).join(", ");
    const shape = pythonTuple(value.shape as readonly number[]);
    const tensor = `torch.tensor([${list}], dtype=${torchType(value)}).reshape(${shape})`;
    this.constants.push(`self.register_buffer("${name}", ${tensor}, persistent=False)`);
    return `self.${name}`;
  }

  private isName(value: Value): boolean {
    return /^x\d*$/.test(this.texts.get(value)!);
  }

  /** A name that no member of the network has. */
  private constantName(): string {
    let name = `constant_${this.constants.length}`;
    while (name in this.model) name = `${name}_`;
    return name;
  }

  /** x, x1, x2, … */
  private freshName(): string {
    return this.names++ === 0 ? "x" : `x${this.names - 1}`;
  }
}
