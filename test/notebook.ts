/** The exercise's notebook with kilograd, shared by the suites that train on the real MNIST. */
import { createHash } from "node:crypto";
import { DataLoader, MNIST, transforms, type Batch } from "../src/entries/data.js";
import { F, optim, type nn, type Tensor } from "../src/entries/index.js";
import { ExerciseNet } from "../src/entries/train.js";

/** MNIST's images, normalised as in the notebook. */
export function mnist(train: boolean): MNIST {
  const { compose, normalize, toTensor } = transforms;
  return new MNIST({ train, transform: compose([toTensor(), normalize([0.1307], [0.3081])]) });
}

export interface Notebook {
  readonly trainLoader: DataLoader;
  readonly testLoader: DataLoader;
  readonly model: ExerciseNet;
  readonly optimizer: optim.SGD;
}

/** Loaders, network and optimizer, made in the notebook's order, so after manualSeed(1) they equal PyTorch's. */
export function makeNotebook(batchSize = 32): Notebook {
  const trainLoader = new DataLoader(mnist(true), { batchSize, shuffle: true });
  const testLoader = new DataLoader(mnist(false), { batchSize, shuffle: true });
  const model = new ExerciseNet();
  return { trainLoader, testLoader, model, optimizer: new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 }) };
}

/** One step of the notebook's `train`; returns the loss. */
export function trainStep({ model, optimizer }: Notebook, [images, labels]: Batch): Tensor {
  optimizer.zeroGrad();
  const loss = F.nllLoss(model(images), labels);
  loss.backward();
  optimizer.step();
  return loss;
}

/** The first batches of a loader's next epoch. */
export function* firstBatches(loader: DataLoader, count: number): Generator<Batch> {
  let left = count;
  for (const batch of loader) {
    if (left-- === 0) return;
    yield batch;
  }
}

/** The SHA-256 of all parameters and buffers. */
export function weightsHash(model: nn.Module): string {
  const hash = createHash("sha256");
  for (const tensor of model.stateDict().values()) hash.update(new Uint8Array(tensor.data().buffer));
  return hash.digest("hex");
}
