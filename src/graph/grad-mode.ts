/** Whether the graph that is being built will be differentiated. PyTorch: `torch.no_grad`, `torch.enable_grad`. */
import { callback } from "../errors/kinds.js";
import { required, Signature } from "../errors/signature.js";

const ofNoGrad = new Signature("noGrad", [required("body", callback)]);
let enabled = true;

export function gradientsEnabled(): boolean {
  return enabled;
}

function withMode<T>(mode: boolean, body: () => T): T {
  ofNoGrad.read([body]);
  const before = enabled;
  enabled = mode;
  try {
    return body();
  } finally {
    enabled = before;
  }
}

/**
 * Runs a function without recording anything for `backward()`, which saves time and memory. PyTorch: `torch.no_grad`.
 * @param body the function; it must not be asynchronous
 * @returns what `body` returns
 * @example
 * const w = tensor([1, 2], undefined, { requiresGrad: true });
 * noGrad(() => w.mul(2)).requiresGrad; // false
 */
export function noGrad<T>(body: () => T): T {
  return withMode(false, body);
}

/**
 * Runs a function with recording for `backward()` switched on, inside `noGrad()`. PyTorch: `torch.enable_grad`.
 * @param body the function; it must not be asynchronous
 * @returns what `body` returns
 * @example
 * const w = tensor([1, 2], undefined, { requiresGrad: true });
 * noGrad(() => enableGrad(() => w.mul(2))).requiresGrad; // true
 */
export function enableGrad<T>(body: () => T): T {
  return withMode(true, body);
}
