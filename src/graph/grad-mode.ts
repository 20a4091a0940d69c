/** Whether the graph that is being built will be differentiated. PyTorch: `torch.no_grad`, `torch.enable_grad`. */
import { callback } from "../errors/kinds.js";
import { ArgumentError } from "../errors/errors.js";
import { required, Signature } from "../errors/signature.js";

const ofBody = [required("body", callback)] as const;
const signatures = [new Signature("noGrad", ofBody), new Signature("enableGrad", ofBody)] as const;
let enabled = true;

export function gradientsEnabled(): boolean {
  return enabled;
}

function withMode<T>(mode: boolean, given: readonly [body: () => T, ...surplus: never[]]): T {
  const signature = signatures[Number(mode)]!;
  signature.read(given);
  const before = enabled;
  enabled = mode;
  let result: T;
  try {
    result = given[0]();
  } finally {
    enabled = before;
  }
  const { then, next } = Object(result) as { readonly then?: unknown; readonly next?: unknown };
  if (typeof then !== "function" && typeof next !== "function") return result;
  // What fails in it later has nobody to tell.
  if (typeof then === "function") Promise.resolve(result).catch(() => undefined);
  throw new ArgumentError({
    op: signature.op,
    problem: "the function is not over when it returns: what it does afterwards would run without this mode",
    expected: "a function that is neither asynchronous nor a generator",
    hint: `await first, and write ${signature.op}(() => …) around the part that computes`,
  });
}

/**
 * Runs a function without recording anything for `backward()`, which saves time and memory. PyTorch: `torch.no_grad`.
 * @param body the function; it must not be asynchronous
 * @param surplus nothing: more arguments are refused
 * @returns what `body` returns
 * @throws ArgumentError if it returns a promise or a generator
 * @example
 * const w = tensor([1, 2], undefined, { requiresGrad: true });
 * noGrad(() => w.mul(2)).requiresGrad; // false
 */
export function noGrad<T>(body: () => T, ...surplus: never[]): T {
  return withMode(false, [body, ...surplus]);
}

/**
 * Runs a function with recording for `backward()` switched on, inside `noGrad()`. PyTorch: `torch.enable_grad`.
 * @param body the function; it must not be asynchronous
 * @param surplus nothing: more arguments are refused
 * @returns what `body` returns
 * @throws ArgumentError if it returns a promise or a generator
 * @example
 * const w = tensor([1, 2], undefined, { requiresGrad: true });
 * noGrad(() => enableGrad(() => w.mul(2))).requiresGrad; // true
 */
export function enableGrad<T>(body: () => T, ...surplus: never[]): T {
  return withMode(true, [body, ...surplus]);
}
