/** What tensors do not have, but Python's have: `x[0]`, `x.log_softmax(1)`, `x.zero_()`. */
import { inPython, snakeCase } from "../../errors/absent.js";

const unneeded = "leave it out: tensors have one device, and only copy_ and setData change them";
const overwritten = "write p.copy_(…), p.setData(…), or a function in nn.init, and p.grad = null for a gradient";

const answerTo = (names: string, answer: (name: string) => string): Readonly<Record<string, string>> =>
  Object.fromEntries(names.split(" ").map((name) => [name, answer(name)]));

/**
 * What to write instead of each.
 * @param known the methods and properties that tensors have
 */
export const counterparts = (known: readonly string[]): Readonly<Record<string, string>> => ({
  ...inPython(known, (name) => `x.${name}`),
  ...Object.fromEntries(
    known.map((name) => [
      `${snakeCase(name)}_`,
      `write x = x.${name}(…), p.copy_(p.${name}(…)) for a parameter, or p.grad = p.grad.${name}(…) for a gradient`,
    ]),
  ),
  ...answerTo("0 1 2 3 4 5 6 7 8 9 -1 -2", (index) => `write x.select(0, ${index}), or x.item() for a single number`),
  ...answerTo("fill_ zero_ normal_ uniform_ random_ bernoulli_ set_", () => overwritten),
  ...answerTo("cuda cpu to clone contiguous", () => unneeded),
  ...answerTo("viewAs view_as reshapeAs reshape_as", () => "write x.view(other.shape)"),
  ...answerTo("expandAs expand_as", () => "write x.expand(other.shape)"),
  max: "write x.amax(axis) for the maxima, and x.argmax(axis) for their positions",
  min: "write x.amin(axis) for the minima, and x.neg().argmax(axis) for their positions",
  T: "write x.t(), or x.permute(…) for more than two axes",
  mT: "write x.transpose(-2, -1)",
  length: "write x.shape[0] for the size of the first axis, or x.numel()",
  dim: "write x.ndim",
  numpy: "write x.data() or x.tolist()",
  long: "write x.int()",
  requires_grad_: "write x.requiresGrad = true",
});
