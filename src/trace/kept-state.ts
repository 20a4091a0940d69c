/** Calling a network for another purpose than its training, and putting back everything that the calls have changed. */
import type { Module } from "../nn/index.js";
import { rememberModes } from "../nn/modes.js";
import { defaultGenerator } from "../random/random.js";

/**
 * Runs `body`, which may call and even train the network, and then puts back its weights, its buffers, the mode and all
 * plain fields of each module (a forward pass may count its calls), and the default generator.
 */
export function keepingState<T>(model: Module, body: () => T): T {
  const putBack = rememberState(model);
  try {
    return body();
  } finally {
    putBack();
  }
}

/** Remembers what `keepingState` puts back. Returns a function that puts it back. */
export function rememberState(model: Module): () => void {
  const fields = rememberFields(model);
  const others = rememberAllButFields(model);
  return () => {
    others();
    fields();
  };
}

/** Remembers all plain fields of each module. Returns a function that puts them back. */
export function rememberFields(model: Module): () => void {
  const fields = [...model.modules()].flatMap((module) =>
    plainFields(module).map((field) => [module, ...field] as const),
  );
  return () => {
    for (const [module, name, value] of fields) if (module[name] !== value) Object.assign(module, { [name]: value });
  };
}

/** Remembers weights, buffers, modes, and the default generator. Returns a function that puts them back. */
export function rememberAllButFields(model: Module): () => void {
  // A network may write to its buffers and even to its weights, at once or when pending tensors are next computed.
  const tensors = [...model.parameters(), ...model.buffers()].map((of) => ({ of, elements: of.data(), node: of.node }));
  const modes = rememberModes(model);
  const random = defaultGenerator.getState();
  return () => {
    modes();
    for (const { of, elements, node } of tensors) if (of.node !== node) of.setData(elements);
    defaultGenerator.setState(random);
  };
}

type Fields = Record<string, unknown>;

/** A module's own fields that hold numbers, texts, booleans or nothing. */
function plainFields(module: Module): [name: keyof Module, value: unknown][] {
  return Object.entries(module as unknown as Fields).filter(
    ([name, value]) => name !== "training" && (value === null || !["object", "function"].includes(typeof value)),
  ) as [keyof Module, unknown][];
}
