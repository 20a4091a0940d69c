/**
 * The trainer: epochs of training steps, each epoch followed by a test, as in the exercise's notebook. It reports
 * through events, knows neither screen nor disk, and runs both in Node and in a browser's worker. Its complete state
 * can be captured and restored in another trainer, which then computes the same bits.
 */
import { compile } from "../tensor/compile.js";
import type { Batch } from "../data/dataset.js";
import type { Module } from "../nn/index.js";
import { beginTraining, evaluating } from "../nn/modes.js";
import type { Tensor } from "../tensor/tensor.js";
import { copyTensors, toTensors, type Position, type TrainingState } from "./checkpoint.js";
import { evaluator, type Evaluation } from "./evaluate.js";
import { TrainEvents } from "./events.js";
import { rememberTraining } from "./kept-training.js";
import { badImages, notANumber } from "./divergence.js";
import { losses } from "./losses.js";
import { checkOutput, checkOutputs, refuseNegative } from "./network-check.js";
import { healthOn, type Health } from "./health.js";
import { ofTrainer, refuseEmpty, type TrainerOptions } from "./trainer-options.js";
import { TrainingGenerators } from "./training-generators.js";

/** After this many milliseconds of computing, signals and messages get their turn. */
const TURN = 50;

/**
 * Trains a network for a number of epochs and tests it after each. It reports through events, knows neither screen nor
 * disk, and runs both in Node and in a browser.
 * @example
 * const data = new TensorDataset(rand([16, 1, 28, 28]), randint(0, 10, [16]));
 * const model = new ExerciseNet();
 * const trainer = new Trainer({
 *   model,
 *   optimizer: new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 }),
 *   trainLoader: new DataLoader(data, { batchSize: 8, shuffle: true }),
 *   testLoader: new DataLoader(data, { batchSize: 8 }),
 *   epochs: 1,
 *   checkpointSteps: 500,
 * });
 * const losses: number[] = [];
 * trainer.on("step", ({ loss }) => losses.push(loss));
 * await trainer.run(); // true
 * losses.length; // 2
 */
export class Trainer extends TrainEvents {
  private position: Position = { epoch: 1, batch: 0, lossSum: 0, images: 0, seconds: 0 };
  private readonly generators: TrainingGenerators;
  private stopping = false;
  /** Forward pass, backward pass and update; returns the loss. */
  private readonly step: (images: Tensor, labels: Tensor) => Tensor;
  private readonly evaluate: (batches: Iterable<Batch>) => Evaluation;
  private turnEnds = 0;
  /** Whether the network's outputs are known to suit the loss. */
  private isChecked = false;
  /** What the network returned in the first step, until it is checked. */
  private firstOutput: Tensor | undefined;

  /**
   * @param options the network, its data and how to train it
   * @throws ArgumentError if there is no batch to train or to test on
   */
  constructor(readonly options: TrainerOptions) {
    super();
    ofTrainer.read(arguments);
    const { model, optimizer, loss: choice = "nll", compiled = false } = options;
    for (const name of ["trainLoader", "testLoader"] as const) refuseEmpty(name, options[name]);
    this.generators = new TrainingGenerators(options.trainLoader, options.testLoader);
    const step = (images: Tensor, labels: Tensor): Tensor => {
      optimizer.zeroGrad();
      const output = (model as (images: Tensor) => Tensor)(images);
      if (!this.isChecked) this.firstOutput = output;
      const loss = losses[choice](output, labels);
      loss.backward();
      optimizer.step();
      return loss;
    };
    this.step = compiled ? compile(step) : step;
    this.evaluate = evaluator(model, { loss: choice, compiled });
  }

  /** The network. */
  get model(): Module {
    return this.options.model;
  }

  /**
   * Ends `run()` after the current batch. The state can then be saved, and the training resumed.
   * @example
   * const data = new TensorDataset(rand([16, 1, 28, 28]), randint(0, 10, [16]));
   * const config = resolveConfig("notebook", { batchSize: 8 });
   * const trainer = makeTrainer(config, () => new ExerciseNet(), { train: data, test: data });
   * trainer.on("step", () => trainer.stop());
   * await trainer.run(); // false
   */
  stop(): void {
    this.stopping = true;
  }

  /**
   * Trains to the end, or until `stop()` is called.
   * @returns whether all epochs are done
   * @throws DivergenceError if the loss is no longer a finite number; what was saved before stays usable. ArgumentError if
   *   the network's outputs do not suit the loss: "nll" needs log-likelihoods, and "cross-entropy" scores, not likelihoods
   * @example
   * const data = new TensorDataset(rand([16, 1, 28, 28]), randint(0, 10, [16]));
   * const config = resolveConfig("notebook", { epochs: 1, batchSize: 8 });
   * const trainer = makeTrainer(config, () => new ExerciseNet(), { train: data, test: data });
   * await trainer.run(); // true
   */
  async run(): Promise<boolean> {
    const { epochs, trainLoader } = this.options;
    const { epoch, batch } = this.position;
    this.stopping = false;
    this.emit({ type: "start", epochs, batches: trainLoader.length, epoch, batch });
    this.save("start");
    while (!this.stopping && this.position.epoch <= epochs) await this.runEpoch();
    const finished = this.position.epoch > epochs;
    if (!finished) this.save("stop");
    this.emit({ type: "end", finished });
    return finished;
  }

  private save(reason: "start" | "steps" | "epoch" | "stop"): void {
    this.emit({ type: "checkpoint", reason, capture: () => this.capture() });
  }

  /** Trains what is left of the epoch and tests the network. After `stop()`, the position stays within the epoch. */
  private async runEpoch(): Promise<void> {
    const { trainLoader, testLoader, checkpointSteps } = this.options;
    const { epoch, batch: from } = this.position;
    const batches = this.epochBatches(from);
    beginTraining(this.model);
    this.emit({ type: "epochStart", epoch, batch: from, batches: trainLoader.length });
    for (const batch of batches) {
      this.timed(() => this.trainBatch(batch));
      await this.giveWay();
      if (this.stopping) return;
      const done = this.position.batch;
      if (done % checkpointSteps === 0 && done < trainLoader.length) this.save("steps");
    }
    this.endEpoch(this.timed(() => this.test(testLoader.iterate())));
  }

  /** Runs the test, and measures the network's health on its first batch. */
  private test(batches: Iterable<Batch>): Evaluation & { readonly health: Health } {
    let first: Batch | undefined;
    const evaluation = this.evaluate(
      (function* () {
        for (const batch of batches) {
          first ??= batch;
          yield batch;
        }
      })(),
    );
    return {
      ...evaluation,
      health: first ? healthOn(this.model, first, this.options) : { relus: [], gradients: [] },
    };
  }

  /**
   * The batches of an epoch, starting with batch `from`. Their random order is drawn when the epoch begins; a resumed
   * epoch draws it again, from the generators' states at that time.
   */
  private *epochBatches(from: number): Generator<Batch> {
    if (from === 0) this.generators.beginEpoch();
    const forward = this.generators.rewind();
    const batches = this.options.trainLoader.iterate({ epoch: this.position.epoch, from })[Symbol.iterator]();
    try {
      let next = this.timed(() => batches.next());
      if (from > 0) forward();
      for (; !next.done; next = this.timed(() => batches.next())) yield next.value;
    } finally {
      batches.return?.();
    }
  }

  private trainBatch([images, labels]: Batch): void {
    const { optimizer, schedule } = this.options;
    const { epoch, batch } = this.position;
    const lr = optimizer.paramGroups[0]!.lr;
    const value = this.isChecked ? this.step(images, labels).item() : this.firstStep(images, labels);
    if (!Number.isFinite(value)) throw badImages(images, epoch, batch) ?? notANumber(value, epoch, batch, lr);
    refuseNegative(this.model, value, `in epoch ${epoch}, batch ${batch}`);
    if (schedule?.every === "step") schedule.step(value);
    this.count(value, labels.shape[0]!);
    this.emit({ type: "step", epoch, batch, loss: value, lr });
  }

  /** Moves on by a batch of a number of images. */
  private count(loss: number, more: number): void {
    const { position } = this;
    // Checkpoints of early versions hold the sum of the batches' means.
    const { images = position.batch * more } = position;
    const lossSum = position.images === undefined ? position.lossSum * more : position.lossSum;
    this.position = {
      ...position,
      batch: position.batch + 1,
      lossSum: lossSum + loss * more,
      images: images + more,
    };
  }

  /** Takes the first step, if the network's outputs suit the loss in tests and in training. */
  private firstStep(images: Tensor, labels: Tensor): number {
    const { model, optimizer, loss = "nll" } = this.options;
    evaluating(model, () => checkOutputs(model, images, loss));
    const putBack = rememberTraining(model, optimizer);
    const value = this.step(images, labels).item();
    try {
      if (Number.isFinite(value)) checkOutput(model, this.firstOutput, loss);
    } catch (error) {
      putBack();
      throw error;
    }
    this.firstOutput = undefined;
    this.isChecked = true;
    return value;
  }

  private endEpoch({ testLoss, correct, total, health }: Evaluation & { readonly health: Health }): void {
    const { epoch, batch, lossSum, images, seconds } = this.position;
    const { optimizer, schedule } = this.options;
    // A last step that was too large ruins the weights, although the loss before it was finite.
    if (!Number.isFinite(testLoss)) throw notANumber(testLoss, epoch, batch - 1, optimizer.paramGroups[0]!.lr);
    if (schedule?.every === "epoch") schedule.step(testLoss);
    this.position = { epoch: epoch + 1, batch: 0, lossSum: 0, images: 0, seconds: 0 };
    this.emit({ type: "epoch", epoch, trainLoss: lossSum / images!, testLoss, correct, total, seconds, health });
    this.save("epoch");
  }

  /** Adds the time that `work` takes to the epoch's. */
  private timed<T>(work: () => T): T {
    const began = performance.now();
    const result = work();
    const seconds = this.position.seconds + (performance.now() - began) / 1000;
    this.position = { ...this.position, seconds };
    return result;
  }

  /** Lets signals and messages arrive, every few batches. */
  private async giveWay(): Promise<void> {
    if (performance.now() < this.turnEnds) return;
    await nextTurn();
    this.turnEnds = performance.now() + TURN;
  }

  /**
   * Copies the whole state.
   * @returns what `restore` takes
   * @example
   * const data = new TensorDataset(rand([16, 1, 28, 28]), randint(0, 10, [16]));
   * const trainer = makeTrainer(resolveConfig("notebook"), () => new ExerciseNet(), { train: data, test: data });
   * trainer.capture().position; // { epoch: 1, batch: 0, lossSum: 0, images: 0, seconds: 0 }
   */
  capture(): TrainingState {
    const { model, optimizer, schedule } = this.options;
    return {
      position: this.position,
      generators: this.generators.capture(),
      model: copyTensors(model.stateDict()),
      optimizer: optimizer.stateDict(),
      scheduler: schedule?.stateDict() ?? null,
    };
  }

  /**
   * Restores a state, from which `run()` continues to the same bits as if the training had never stopped.
   * @param state what `capture` returned
   * @throws ArgumentError if it is the state of another network, optimizer or schedule, or of other loaders
   * @example
   * const data = new TensorDataset(rand([16, 1, 28, 28]), randint(0, 10, [16]));
   * const make = () =>
   *   makeTrainer(resolveConfig("notebook", { epochs: 1, batchSize: 8 }), () => new ExerciseNet(), { train: data, test: data });
   * const first = make();
   * await first.run();
   * const second = make();
   * second.restore(first.capture());
   * second.capture().position.epoch; // 2
   */
  restore(state: TrainingState): void {
    const { model, optimizer, schedule } = this.options;
    this.generators.restore(state.generators);
    model.loadStateDict(toTensors(state.model));
    optimizer.loadStateDict(state.optimizer);
    if (schedule && state.scheduler) schedule.loadStateDict(state.scheduler);
    this.position = state.position;
  }
}

/** Node has something faster than a timer, which takes a millisecond. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
