/** What tensors do not have, but Python's have: `x[0]`, `x.log_softmax(1)`, `x.zero_()`. */
import { closest } from "../../errors/closest.js";

const unneeded = "leave it out: tensors have one device, and only copy_ and setData change them";

/** What to write for what only Python's tensors have, or other things that have elements. */
const elsewhere: Readonly<Record<string, string>> = {
  T: "write x.t(), or x.permute(…) for more than two axes",
  mT: "write x.transpose(-2, -1)",
  length: "write x.shape[0] for the size of the first axis, or x.numel()",
  dim: "write x.ndim",
  numpy: "write x.data() or x.tolist()",
  long: "write x.int()",
  requires_grad_: "write x.requiresGrad = true",
  ...Object.fromEntries("cuda cpu to clone contiguous".split(" ").map((name) => [name, unneeded])),
};

/** What to write instead of an absent property, for those that have a counterpart; undefined for all others. */
export function counterpart(name: string, of: { readonly ndim: number }, known: readonly string[]): string | undefined {
  if (/^-?\d+$/.test(name)) {
    return of.ndim === 0 ? "item() returns the number of a tensor without axes" : `write x.select(0, ${name})`;
  }
  if (Object.hasOwn(elsewhere, name)) return elsewhere[name];
  const plain = name.replace(/_$/, "");
  if (plain !== name) {
    return known.includes(plain)
      ? `write x = x.${plain}(…), or p.copy_(p.${plain}(…)) for a parameter`
      : "write p.copy_(…), p.setData(…), or a function in nn.init";
  }
  // Only a name in Python's style, or one that differs in capitals alone, is surely meant for a tensor; programs ask
  // objects for all sorts of other names.
  const inPython = name.includes("_") && !name.startsWith("_");
  const same = known.find((other) => other.toLowerCase() === name.toLowerCase());
  const meant = same ?? (inPython ? closest(name, known) : undefined);
  return meant === undefined ? undefined : `write x.${meant}`;
}
