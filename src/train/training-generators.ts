/** The random generators of a training: the default one, and those that its loaders and their samplers have of their own. */
import { ArgumentError } from "../errors/errors.js";
import { defaultGenerator, type Generator, type GeneratorState } from "../random/random.js";
import type { TrainingState } from "./checkpoint.js";

/** The generators that sources of batches, such as a DataLoader, have of their own. */
export function ownGenerators(...sources: readonly unknown[]): Generator[] {
  const all = sources.flatMap((source) => (source as { generators?: readonly Generator[] }).generators ?? []);
  return [...new Set(all)].filter((generator) => generator !== defaultGenerator);
}

export class TrainingGenerators {
  /** The default generator comes first. */
  private readonly all: readonly Generator[];
  private epochStart: readonly GeneratorState[];

  /** @param sources of batches */
  constructor(...sources: readonly unknown[]) {
    this.all = [defaultGenerator, ...ownGenerators(...sources)];
    this.epochStart = this.now();
  }

  /** Notes that an epoch begins with the present states. */
  beginEpoch(): void {
    this.epochStart = this.now();
  }

  /** Goes back to the states at the beginning of the epoch. Returns a function that goes forward again. */
  rewind(): () => void {
    const now = this.now();
    this.set(this.epochStart);
    return () => this.set(now);
  }

  capture(): TrainingState["generators"] {
    const [epochStart, ...earlier] = this.epochStart;
    const [now, ...later] = this.now();
    const state = { epochStart: epochStart!, now: now! };
    const loaders = earlier.map((start, i) => ({ epochStart: start, now: later[i]! }));
    return loaders.length > 0 ? { ...state, loaders } : state;
  }

  /** @throws ArgumentError if the loaders have fewer or more generators of their own than those of the saved training */
  restore({ loaders = [], ...first }: TrainingState["generators"]): void {
    const states = [first, ...loaders];
    if (states.length !== this.all.length) {
      throw new ArgumentError({
        op: "Trainer.restore",
        problem: "the loaders have another number of generators of their own than those of the saved training",
        expected: String(loaders.length),
        got: String(this.all.length - 1),
        hint: "make the loaders as they were made then: new DataLoader(data, { generator: new Generator(1) })",
      });
    }
    this.set(states.map(({ now }) => now));
    this.epochStart = states.map(({ epochStart }) => epochStart);
  }

  private now(): GeneratorState[] {
    return this.all.map((generator) => generator.getState());
  }

  private set(states: readonly GeneratorState[]): void {
    this.all.forEach((generator, i) => generator.setState(states[i]!));
  }
}
