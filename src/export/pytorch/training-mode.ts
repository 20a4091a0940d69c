/**
 * What a network does only in training. PyTorch's modules do this by themselves, and functional dropout can be written
 * in Python. Anything else that a `forward` does only in training is refused.
 */
import { BatchNorm2d, type Module } from "../../nn/index.js";
import type { Mode } from "../../trace/lazy-call.js";
import type { ModuleCall } from "../../trace/module-calls.js";
import { refuse, type Value } from "../value.js";

/**
 * Training mode, except for modules that are frozen, and for batch norm, because PyTorch's module computes the batch's
 * statistics itself.
 */
export function asInTraining(model: Module): Mode {
  const frozen = new Set(frozenModules(model).map(([, module]) => module));
  return (module) => module.constructor !== BatchNorm2d && !frozen.has(module);
}

/** The modules that stay in evaluation mode while the network trains. In a network that is in evaluation itself, none. */
export function frozenModules(model: Module): (readonly [path: string, module: Module])[] {
  return model.training ? [...model.namedModules()].filter(([, { training }]) => !training) : [];
}

export const HINT = "use modules: nn.BatchNorm2d, nn.Dropout";

function isDropout({ op }: Value): boolean {
  return op === "dropout" || op === "dropout2d";
}

/** Whether a call only drops elements, so that in evaluation its output is its input. */
export function isOnlyDropout({ input, output }: ModuleCall<Value>): boolean {
  let value = output;
  while (value !== input && isDropout(value)) value = value.inputs[0]!;
  return value === input;
}

/** The value that passes through when nothing is dropped. */
function withoutDropout(value: Value): Value {
  return isDropout(value) || (value.op === "call" && value.attrs.drops) ? withoutDropout(value.inputs[0]!) : value;
}

/**
 * @param training a network's output in training
 * @param evaluation its output in evaluation
 * @throws ArgumentError if they differ in anything but dropout
 */
export function checkTraining(training: Value, evaluation: Value): void {
  const twins = new Map<Value, Value>();
  const waiting = [[training, evaluation] as const];
  for (let pair = waiting.pop(); pair; pair = waiting.pop()) {
    const [value, twin] = [withoutDropout(pair[0]), pair[1]];
    if (twins.get(value) === twin) continue;
    if (twins.has(value) || !sameStep(value, twin)) {
      refuse(value, "the network computes something different in training than in evaluation", HINT);
    }
    twins.set(value, twin);
    value.inputs.forEach((input, i) => input && waiting.push([input, twin.inputs[i]!]));
  }
}

function sameStep(value: Value, twin: Value): boolean {
  const { op, attrs, inputs, data } = value;
  return (
    op === twin.op &&
    JSON.stringify(attrs) === JSON.stringify(twin.attrs) &&
    inputs.length === twin.inputs.length &&
    inputs.every((input, i) => (input === undefined) === (twin.inputs[i] === undefined)) &&
    data?.length === twin.data?.length &&
    (data ?? []).every((x, i) => Object.is(x, twin.data![i]))
  );
}
