/** A training that is small enough for the float64 reference, used by the tests of src/train and src/cli. */
import { BatchNorm2d, Conv2d, Dropout, functional as F, Module } from "../src/nn/index.js";
import { OneCycleLR, SGD } from "../src/optim/index.js";
import { manualSeed, randn, randint, randperm } from "../src/random/random.js";
import { tensor } from "../src/tensor/creation.js";
import type { Tensor } from "../src/tensor/tensor.js";
import type { Batch } from "../src/data/dataset.js";
import { Trainer } from "../src/train/trainer.js";
import type { BatchSource, TrainerOptions } from "../src/train/trainer-options.js";

/** Images [N,1,3,3] to three classes, with everything that a resumed training must get right. */
export class ToyNet extends Module {
  conv = new Conv2d(1, 3, 3);
  bn = new BatchNorm2d(3);
  drop = new Dropout(0.25);

  override forward(images: Tensor): Tensor {
    return F.logSoftmax(this.bn(this.drop(this.conv(images))).view(-1, 3), 1);
  }
}

/** `count` random images in batches of four, shuffled anew in each epoch. */
export function toySource(count: number): BatchSource {
  const images = randn([count, 9]).data();
  const labels = randint(0, 3, [count]).data();
  const length = Math.ceil(count / 4);
  return {
    length,
    *iterate({ from = 0 } = {}): Generator<Batch> {
      const order = [...randperm(count)];
      for (let batch = from; batch < length; batch++) {
        const chosen = order.slice(4 * batch, 4 * batch + 4);
        const pixels = chosen.flatMap((i) => [...images.subarray(9 * i, 9 * i + 9)]);
        yield [
          tensor(Float32Array.from(pixels), [chosen.length, 1, 3, 3]),
          tensor(Int32Array.from(chosen, (i) => labels[i]!)),
        ];
      }
    },
  };
}

/** Two epochs of five batches. */
export function toyTrainer(changes: Partial<TrainerOptions> = {}): Trainer {
  manualSeed(7);
  const [trainLoader, testLoader, model] = [toySource(18), toySource(6), new ToyNet()];
  const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 0.01 });
  const cycle = new OneCycleLR(optimizer, 0.1, { totalSteps: 10 });
  const schedule = {
    every: "step" as const,
    step: () => cycle.step(),
    stateDict: () => cycle.stateDict(),
    loadStateDict: (state: ReturnType<typeof cycle.stateDict>) => cycle.loadStateDict(state),
  };
  return new Trainer({
    model,
    optimizer,
    schedule,
    trainLoader,
    testLoader,
    epochs: 2,
    checkpointSteps: 2,
    ...changes,
  });
}
