/**
 * Training or evaluation mode, module by module. A network may contain modules that its author has frozen
 * (`bn.eval()`). So code that changes modes for a while must restore the mode of each module, instead of calling
 * `model.train()`.
 */
import { forgetRecordings } from "../graph/recording.js";
import type { Module } from "./module.js";

/** Runs `body`, which may change modes, and then restores the mode of each module. */
export function keepingModes<T>(model: Module, body: () => T): T {
  const putBack = rememberModes(model);
  try {
    return body();
  } finally {
    putBack();
  }
}

/** Remembers the mode of each module. Returns a function that restores them. */
export function rememberModes(model: Module): () => void {
  const modes = [...model.modules()].map((module) => [module, module.training] as const);
  return () => {
    for (const [module, training] of modes) {
      if (module.training !== training) forgetRecordings();
      module.training = training;
    }
  };
}

/** Runs `body` with the network in evaluation mode, and then restores the mode of each module. */
export function evaluating<T>(model: Module, body: () => T): T {
  return keepingModes(model, () => {
    model.eval();
    return body();
  });
}

/**
 * Puts a network into training mode. If it is already in training mode, any modules in evaluation mode were frozen
 * individually, and they stay frozen. `train()` is called in either case, because a network may override it to freeze
 * some of its modules.
 */
export function beginTraining(model: Module): void {
  const frozen = model.training ? [...model.modules()].filter((module) => !module.training) : [];
  model.train();
  for (const module of frozen) module.training = false;
}
