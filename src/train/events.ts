/**
 * What a training reports about itself. Code that displays or records it listens; the trainer knows neither screen nor
 * disk.
 */
import type { TrainingState } from "./checkpoint.js";
import type { Health } from "./health.js";

/** A training begins, or continues from a checkpoint. */
export interface StartEvent {
  /** What happens. */
  readonly type: "start";
  /** The number of epochs. */
  readonly epochs: number;
  /** The number of batches in an epoch. */
  readonly batches: number;
  /** The first epoch: 1 unless the training continues from a checkpoint. */
  readonly epoch: number;
  /** The first batch: 0 unless the training continues from a checkpoint. */
  readonly batch: number;
}

/** An epoch begins, or continues. */
export interface EpochStartEvent {
  /** What happens. */
  readonly type: "epochStart";
  /** The number of the epoch, from 1. */
  readonly epoch: number;
  /** The first batch that will be trained; not 0 if the epoch continues from a checkpoint. */
  readonly batch: number;
  /** The number of batches in the epoch. */
  readonly batches: number;
}

/** A step is done. */
export interface StepEvent {
  /** What happens. */
  readonly type: "step";
  /** The number of the epoch, from 1. */
  readonly epoch: number;
  /** The number of the batch in its epoch, from 0. */
  readonly batch: number;
  /** The loss of the batch, before the step. */
  readonly loss: number;
  /** The learning rate that this step used. */
  readonly lr: number;
}

/** An epoch is done, and the network has been tested. */
export interface EpochEvent {
  /** What happens. */
  readonly type: "epoch";
  /** The number of the epoch, from 1. */
  readonly epoch: number;
  /** The mean loss of the epoch's images, each before the step of its batch. */
  readonly trainLoss: number;
  /** The mean loss of the test images, in evaluation mode. */
  readonly testLoss: number;
  /** The number of test images that are classified correctly. */
  readonly correct: number;
  /** The number of test images. */
  readonly total: number;
  /** How long the epoch took, including its test, in seconds. */
  readonly seconds: number;
  /** Dead ReLUs and gradients, measured after the epoch on the first batch of its test. */
  readonly health: Health;
}

/** A moment at which the state should be saved. */
export interface CheckpointEvent {
  /** What happens. */
  readonly type: "checkpoint";

  /**
   * Why: the training starts, an epoch has ended ("epoch"), a certain number of steps are done ("steps"), or `stop()`
   * was called ("stop").
   */
  readonly reason: "start" | "steps" | "epoch" | "stop";
  /** Copies the whole state. Call it while the event is handled. */
  readonly capture: () => TrainingState;
}

/** A training has ended. */
export interface EndEvent {
  /** What happens. */
  readonly type: "end";
  /** Whether all epochs are done; false after `stop()`. */
  readonly finished: boolean;
}

/** Anything that a training reports. */
export type TrainEvent = StartEvent | EpochStartEvent | StepEvent | EpochEvent | CheckpointEvent | EndEvent;
/** The event of a given type. */
export type TrainEventOf<T extends TrainEvent["type"]> = Extract<TrainEvent, { readonly type: T }>;
/** A function that is called for each event of a given type. */
export type TrainListener<T extends TrainEvent["type"]> = (event: TrainEventOf<T>) => void;

/**
 * Listeners by event type. They are called in the order in which they were added.
 * @example
 * const events = new TrainEvents();
 * const losses: number[] = [];
 * events.on("step", ({ loss }) => losses.push(loss));
 * events.emit({ type: "step", epoch: 1, batch: 0, loss: 2.3, lr: 0.1 });
 * losses; // [2.3]
 */
export class TrainEvents {
  private readonly listeners = new Map<TrainEvent["type"], Set<(event: never) => void>>();

  /**
   * Calls a function for each event of a given type.
   * @param type the type of the event
   * @param listener the function
   * @returns a function that removes the listener
   * @example
   * const events = new TrainEvents();
   * let ended = 0;
   * const remove = events.on("end", () => ended++);
   * events.emit({ type: "end", finished: true });
   * remove();
   * events.emit({ type: "end", finished: true });
   * ended; // 1
   */
  on<T extends TrainEvent["type"]>(type: T, listener: TrainListener<T>): () => void {
    const set = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, set.add(listener));
    return () => void set.delete(listener);
  }

  /**
   * Calls the listeners of an event.
   * @param event the event
   * @example
   * const events = new TrainEvents();
   * let finished = false;
   * events.on("end", (event) => (finished = event.finished));
   * events.emit({ type: "end", finished: true });
   * finished; // true
   */
  emit(event: TrainEvent): void {
    for (const listener of this.listeners.get(event.type) ?? []) (listener as (event: TrainEvent) => void)(event);
  }
}
