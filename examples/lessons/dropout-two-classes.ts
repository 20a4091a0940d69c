/** `npx tsx examples/lessons/dropout-two-classes.ts` */
import { F, manualSeed, nn, noGrad, optim, type Tensor } from "kilograd";
import { DataLoader, MNIST, Subset, type Batch, type Dataset } from "kilograd/data";
import { block, formatTable, normalize, spread, teach, type Lesson, type Variant } from "./lesson.js";

/** A network for two classes, with dropout between the last features and the prediction. */
const network = (p: number) => (): nn.Module =>
  new nn.Sequential(
    ...block(1, 4),
    new nn.MaxPool2d(2),
    ...block(4, 8),
    new nn.AdaptiveAvgPool2d(1),
    new nn.Dropout(p),
    new nn.Conv2d(8, 2, 1),
    new nn.Flatten(),
    new nn.LogSoftmax(1),
  );

export const lesson: Lesson = {
  question: "Does the training accuracy of two classes stay at 50 % with dropout of 0.5 before the last layer?",
  variants: [0, 0.1, 0.5, 0.9].map((p) => ({ name: `dropout ${p}`, network: network(p) })),
};

/** The first images of the digits 0 and 1. */
function zerosAndOnes(count: number): Dataset<unknown> {
  const dataset = new MNIST({ train: true, transform: normalize });
  const places = Array.from({ length: dataset.length }, (_, i) => i).filter((i) => dataset.targets[i]! < 2);
  return new Subset(dataset, places.slice(0, count));
}

interface Accuracies {
  /** The accuracy measured during training, with dropout. */
  readonly training: number;
  /** The accuracy on the same images afterwards, in evaluation. */
  readonly evaluation: number;
}

function trainTwoClasses(variant: Variant, seed: number): Accuracies {
  manualSeed(seed);
  const loader = new DataLoader(zerosAndOnes(1500), { batchSize: 32, shuffle: true });
  const model = variant.network() as nn.Module & ((images: Tensor) => Tensor);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  let training = 0;
  for (let epoch = 1; epoch <= 2; epoch++) {
    training = share(loader, (images, labels) => {
      optimizer.zeroGrad();
      const output = model(images);
      F.nllLoss(output, labels).backward();
      optimizer.step();
      return output;
    });
  }
  model.eval();
  return { training, evaluation: noGrad(() => share(loader, (images) => model(images))) };
}

/** The percentage of all images that `predict` classifies correctly. */
function share(loader: Iterable<Batch>, predict: (images: Tensor, labels: Tensor) => Tensor): number {
  let [correct, total] = [0, 0];
  for (const [images, labels] of loader) {
    correct += predict(images, labels).argmax(1).eq(labels).sum().item();
    total += labels.shape[0]!;
  }
  return (100 * correct) / total;
}

function measure({ variants, seeds = [1, 2, 3] }: Lesson): string {
  const rows = variants.map((variant) => {
    const runs = seeds.map((seed) => trainTwoClasses(variant, seed));
    return [variant.name, spread(runs.map(({ training }) => training)), spread(runs.map((run) => run.evaluation))];
  });
  return formatTable([["variant", "while training, epoch 2", "afterwards, without dropout"], ...rows]);
}

await teach(import.meta.url, lesson, (asked) => Promise.resolve(measure(asked)));
