/** Putting a network and its optimizer back to where they were before some training steps. */
import type { Module } from "../nn/index.js";
import type { Optimizer } from "../optim/index.js";
import type { Generator } from "../random/random.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { rememberState } from "../trace/kept-state.js";

/**
 * Remembers the state of a network, of its optimizer and of the default generator and of other generators, and the
 * gradients of what the optimizer trains. Returns a function that puts all of it back.
 */
export function rememberTraining(
  model: Module,
  optimizer: Optimizer,
  generators: readonly Generator[] = [],
): () => void {
  const putBack = rememberState(model);
  const { state, param_groups } = optimizer.stateDict();
  const copies = Object.entries(state).map(([number, values]) => {
    return [number, Object.fromEntries(Object.entries(values).map(([key, value]) => [key, copied(value)]))] as const;
  });
  const grads = optimizer.paramGroups.flatMap(({ params }) => params.map((param) => [param, param.grad] as const));
  const states = generators.map((generator) => [generator, generator.getState()] as const);
  return () => {
    putBack();
    for (const [generator, before] of states) generator.setState(before);
    optimizer.loadStateDict({ state: Object.fromEntries(copies), param_groups });
    for (const [param, grad] of grads) param.grad = grad;
  };
}

const copied = (value: Tensor | number): Tensor | number =>
  typeof value === "number" ? value : tensor(value.data(), value.shape);
