/** What a training tells about itself. Whoever shows or records it listens; the trainer knows no screen and no disk. */
import type { TrainingState } from "./checkpoint.js";
import type { Health } from "./health.js";

export interface StartEvent {
  readonly type: "start";
  readonly epochs: number;
  /** Batches of an epoch. */
  readonly batches: number;
  /** Where it begins: epoch 1, batch 0, unless it goes on from a checkpoint. */
  readonly epoch: number;
  readonly batch: number;
}

export interface EpochStartEvent {
  readonly type: "epochStart";
  readonly epoch: number;
  /** The first batch that will be trained; not 0 where an epoch goes on from a checkpoint. */
  readonly batch: number;
  readonly batches: number;
}

export interface StepEvent {
  readonly type: "step";
  /** Counted from 1. */
  readonly epoch: number;
  /** Counted from 0. */
  readonly batch: number;
  readonly loss: number;
  /** The learning rate that this step has used. */
  readonly lr: number;
}

export interface EpochEvent {
  readonly type: "epoch";
  readonly epoch: number;
  /** The mean loss of the epoch's batches. */
  readonly trainLoss: number;
  /** The mean loss of the test images, in evaluation mode. */
  readonly testLoss: number;
  /** Test images that are classified rightly, of how many. */
  readonly correct: number;
  readonly total: number;
  /** How long the epoch took, its test included. */
  readonly seconds: number;
  /** Dead ReLUs and gradients, measured after the epoch on the first batch of its test. */
  readonly health: Health;
}

/** A moment at which the state should be saved. */
export interface CheckpointEvent {
  readonly type: "checkpoint";
  /** `epoch`: one has ended; `steps`: so many steps have passed; `stop`: somebody has asked to stop. */
  readonly reason: "start" | "steps" | "epoch" | "stop";
  /** Copies the whole state: call it while the event is handled. */
  readonly capture: () => TrainingState;
}

export interface EndEvent {
  readonly type: "end";
  /** False where stop() has ended it. */
  readonly finished: boolean;
}

export type TrainEvent = StartEvent | EpochStartEvent | StepEvent | EpochEvent | CheckpointEvent | EndEvent;
export type TrainEventOf<T extends TrainEvent["type"]> = Extract<TrainEvent, { readonly type: T }>;
export type TrainListener<T extends TrainEvent["type"]> = (event: TrainEventOf<T>) => void;

/** Listeners by the type of the event, called in the order in which they came. */
export class TrainEvents {
  private readonly listeners = new Map<TrainEvent["type"], Set<(event: never) => void>>();

  /** Calls `listener` at each event of this type, until the function that this gives is called. */
  on<T extends TrainEvent["type"]>(type: T, listener: TrainListener<T>): () => void {
    const set = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, set.add(listener));
    return () => void set.delete(listener);
  }

  emit(event: TrainEvent): void {
    for (const listener of this.listeners.get(event.type) ?? []) (listener as (event: TrainEvent) => void)(event);
  }
}
