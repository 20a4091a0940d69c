/** Whether the graph that is being built will be differentiated. PyTorch: `torch.no_grad`, `torch.enable_grad`. */
let enabled = true;

export function gradientsEnabled(): boolean {
  return enabled;
}

function withMode<T>(mode: boolean, body: () => T): T {
  const before = enabled;
  enabled = mode;
  try {
    return body();
  } finally {
    enabled = before;
  }
}

/** Runs `body` without recording anything for backward(). It must not be asynchronous. */
export function noGrad<T>(body: () => T): T {
  return withMode(false, body);
}

/** Runs `body` with recording switched on, inside noGrad(). */
export function enableGrad<T>(body: () => T): T {
  return withMode(true, body);
}
