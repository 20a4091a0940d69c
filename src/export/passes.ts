/**
 * The forward passes of which an export consists. What an exported network does cannot depend on the elements of its
 * input, on random numbers, or on how often it was called: one branch would be kept.
 */
import { ArgumentError } from "../errors/errors.js";
import type { noGrad } from "../graph/grad-mode.js";
import { Node } from "../graph/node.js";
import type { NoAttrs, Op } from "../graph/op.js";
import type { Shape } from "../graph/shape.js";
import type { Module } from "../nn/index.js";
import { defaultGenerator } from "../random/random.js";
import { Tensor } from "../tensor/tensor.js";
import { rememberAllButFields, rememberFields } from "../trace/kept-state.js";
import { callOn, type Mode } from "../trace/lazy-call.js";
import { ModuleCalls } from "../trace/module-calls.js";

/** The batch sizes for which the graph is built. */
export const BATCHES = [2, 3, 65] as const;

export interface Pass {
  readonly input: Node;
  readonly output: Node;
  readonly calls: ModuleCalls;
}

export interface Passes {
  /** One for each of `BATCHES`. */
  readonly all: readonly [Pass, Pass, Pass];
  /** Whether a pass drew from the default generator. */
  readonly drewNumbers: boolean;
}

/**
 * Builds the graph of a forward pass for each batch size. Each pass begins with the fields that the last one left, so a
 * network that counts its calls shows it.
 * @throws ArgumentError if a pass reads an element that depends on the input, or calls `Math.random()`
 */
export function passesOf(model: Module, inputSize: Shape, mode: Mode, gradients: typeof noGrad): Passes {
  const putBack = rememberFields(model);
  let drewNumbers = false;
  const pass = (batch: number): Pass => {
    const before = JSON.stringify(defaultGenerator.getState());
    const putBackOthers = rememberAllButFields(model);
    try {
      return refusingRandom(() => forward(model, [batch, ...inputSize], mode, gradients));
    } finally {
      drewNumbers ||= before !== JSON.stringify(defaultGenerator.getState());
      putBackOthers();
    }
  };
  try {
    const all = [pass(BATCHES[0]), pass(BATCHES[1]), pass(BATCHES[2])] as const;
    return { all, drewNumbers };
  } finally {
    putBack();
  }
}

function forward(model: Module, shape: Shape, mode: Mode, gradients: typeof noGrad): Pass {
  const calls = new ModuleCalls(model);
  const input = new Node(inputOp, [], {}, shape, "float32", false);
  try {
    const { outputs } = callOn(model, [new Tensor(input)], mode, gradients);
    if (outputs.length === 1) return { input, output: outputs[0]!.node, calls };
  } finally {
    calls.stop();
  }
  throw new ArgumentError({
    op: "export",
    problem: `the network ${model.constructor.name} does not return exactly one tensor`,
    expected: "a forward that takes one tensor and returns one",
  });
}

/** The network's input, which has no elements: whatever depends on it cannot be computed. */
const inputOp: Op<NoAttrs> = {
  name: "input",
  infer: refuseReading,
  reference: refuseReading,
  key: refuseReading,
  gradient: () => [],
  lowering: { kind: "leaf" },
  elsewhere: "internal",
  samples: [],
  torch: null,
};

function refuseReading(): never {
  throw new ArgumentError({
    op: "export",
    problem:
      "forward reads elements that depend on the network's input, by item(), data() or tolist(): the exported network would keep what it did for one input",
    hint: "choose with tensors, which are exported: x.sum().gt(0).where(a, b), in place of if (x.sum().item() > 0)",
  });
}

/** Runs `body`, in which `Math.random` is refused. */
function refusingRandom<T>(body: () => T): T {
  const { random } = Math;
  Math.random = () => {
    throw new ArgumentError({
      op: "export",
      problem: "forward calls Math.random(): the exported network would keep one number",
      hint: "draw it once, in the constructor, or use nn.Dropout",
    });
  };
  try {
    return body();
  } finally {
    Math.random = random;
  }
}
