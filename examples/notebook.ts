/**
 * The exercise's notebook, cell by cell: `npx tsx examples/notebook.ts [epochs] [images]`. Without arguments it trains
 * 19 epochs on all 60,000 images. Arguments reduce the number of epochs and the number of images, which are then the
 * first ones.
 */

// Cell 1: imports -----------------------------------------------------------------------------------------------------

import { F, manualSeed, nn, noGrad, optim, summary, tqdm, type Tensor } from "kilograd";
import { DataLoader, MNIST, Subset, transforms, type Dataset } from "kilograd/data";

const [epochs = 19, images] = process.argv.slice(2).map(Number);

// Cell 2: the network -------------------------------------------------------------------------------------------------

class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 8, 3); // 28 → 26, receptive field 3
  bn1 = new nn.BatchNorm2d(8);
  conv2 = new nn.Conv2d(8, 16, 3); // 26 → 24, 5
  bn2 = new nn.BatchNorm2d(16);
  conv3 = new nn.Conv2d(16, 32, 3); // 24 → 22, 7
  bn3 = new nn.BatchNorm2d(32);
  pool = new nn.MaxPool2d(2, { stride: 2 }); // 22 → 11, 8
  conv4 = new nn.Conv2d(32, 8, 1); // the transition
  bn4 = new nn.BatchNorm2d(8);
  conv5 = new nn.Conv2d(8, 16, 3); // 11 → 9, 12
  bn5 = new nn.BatchNorm2d(16);
  conv6 = new nn.Conv2d(16, 32, 3); // 9 → 7, 16
  bn6 = new nn.BatchNorm2d(32);
  gap = new nn.AdaptiveAvgPool2d(1); // 7 → 1, all of the image
  conv7 = new nn.Conv2d(32, 10, 1);

  override forward(x: Tensor): Tensor {
    x = F.relu(this.bn1(this.conv1(x)));
    x = F.relu(this.bn2(this.conv2(x)));
    x = this.pool(F.relu(this.bn3(this.conv3(x))));
    x = F.relu(this.bn4(this.conv4(x)));
    x = F.relu(this.bn5(this.conv5(x)));
    x = F.relu(this.bn6(this.conv6(x)));
    x = this.conv7(this.gap(x));
    x = x.view(-1, 10);
    return F.logSoftmax(x, 1);
  }
}

// Cell 3: its summary -------------------------------------------------------------------------------------------------

summary(new Net(), [1, 28, 28]);

// Cell 4: the data ----------------------------------------------------------------------------------------------------

manualSeed(1);
const batchSize = 32;
const transform = transforms.compose([transforms.toTensor(), transforms.normalize([0.1307], [0.3081])]);
const trainSet = new MNIST({ train: true, transform });
const testSet = new MNIST({ train: false, transform });
const trainLoader = new DataLoader(first(trainSet), { batchSize, shuffle: true });
const testLoader = new DataLoader(first(testSet), { batchSize, shuffle: true });

/** The first images, or all of them. */
function first(dataset: MNIST): Dataset<unknown> {
  return images === undefined
    ? dataset
    : new Subset(
        dataset,
        Array.from({ length: images }, (_, i) => i),
      );
}

// Cell 5: training and testing ----------------------------------------------------------------------------------------

function train(model: Net, optimizer: optim.Optimizer): void {
  model.train();
  const pbar = tqdm(trainLoader);
  let batchId = 0;
  for (const [data, target] of pbar) {
    optimizer.zeroGrad();
    const output = model(data);
    const loss = F.nllLoss(output, target);
    loss.backward();
    optimizer.step();
    pbar.setDescription(`loss=${loss.item()} batch_id=${batchId++}`);
  }
}

function test(model: Net): number {
  model.eval();
  let testLoss = 0;
  let correct = 0;
  noGrad(() => {
    for (const [data, target] of testLoader) {
      const output = model(data);
      testLoss += F.nllLoss(output, target, { reduction: "sum" }).item();
      const pred = output.argmax(1, true);
      correct += pred.eq(target.view(pred.shape)).sum().item();
    }
  });
  const total = testLoader.dataset.length;
  const accuracy = (100 * correct) / total;
  testLoss /= total;
  console.log(
    `\nTest set: Average loss: ${testLoss.toFixed(4)}, Accuracy: ${correct}/${total} (${accuracy.toFixed(1)}%)\n`,
  );
  return accuracy;
}

// Cell 6: the epochs --------------------------------------------------------------------------------------------------

const model = new Net();
const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
let accuracy = 0;
for (let epoch = 1; epoch <= epochs; epoch++) {
  train(model, optimizer);
  accuracy = test(model);
}

// Cell 7: the answers -------------------------------------------------------------------------------------------------

const has = (isKind: (module: nn.Module) => boolean): boolean => [...model.modules()].some(isKind);
console.log(`Final validation accuracy: ${accuracy.toFixed(2)}`);
console.log(`Number of parameters: ${[...model.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0)}`);
console.log(`Dropout used: ${has((module) => module instanceof nn.Dropout)}`);
console.log(`Batch normalisation used: ${has((module) => module instanceof nn.BatchNorm2d)}`);
console.log(`Fully connected layer used: ${has((module) => module instanceof nn.Linear)}`);
console.log(`1x1 kernels used: ${has((module) => module instanceof nn.Conv2d && module.kernelSize[0] === 1)}`);
