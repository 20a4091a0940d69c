/**
 * What a network does in training that it does not do in evaluation. PyTorch's modules know it themselves, and dropout
 * by a function can be written in Python; whatever else a `forward` does in training only cannot, and is refused.
 */
import { BatchNorm2d } from "../../nn/index.js";
import type { Mode } from "../../trace/lazy-call.js";
import type { ModuleCall } from "../../trace/module-calls.js";
import { refuse, type Value } from "../value.js";

/** As in training, but for batch norm, whose statistics of a batch the module of PyTorch's takes itself. */
export const asInTraining: Mode = (module) => module.constructor !== BatchNorm2d;

const HINT = "use modules: nn.BatchNorm2d, nn.Dropout";

function isDropout({ op }: Value): boolean {
  return op === "dropout" || op === "dropout2d";
}

/** Whether a module's call does nothing but drop elements, so that its output is its input in evaluation. */
export function isOnlyDropout({ input, output }: ModuleCall<Value>): boolean {
  let value = output;
  while (value !== input && isDropout(value)) value = value.inputs[0]!;
  return value === input;
}

/** What passes through where nothing is dropped. */
function withoutDropout(value: Value): Value {
  return isDropout(value) || (value.op === "call" && value.attrs.drops) ? withoutDropout(value.inputs[0]!) : value;
}

/**
 * @param training a network's output, as computed in training
 * @param evaluation the same in evaluation
 * @throws ArgumentError where they differ in more than dropout
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
