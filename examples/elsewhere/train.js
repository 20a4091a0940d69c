/**
 * Trains a small network on made-up digits for a few steps. The same file runs in Node, Deno and Bun, through a
 * bundler, and in a plain page. With strict numerics it ends with the same bits in all of them.
 */
import { configure, F, manualSeed, nn, optim, rand, tensor } from "kilograd";

class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 4, 3);
  bn1 = new nn.BatchNorm2d(4);
  pool = new nn.MaxPool2d(2);
  conv2 = new nn.Conv2d(4, 2, 1);

  forward(images) {
    const x = this.pool(F.relu(this.bn1(this.conv1(images))));
    return F.logSoftmax(this.conv2(x).mean([2, 3]), 1);
  }
}

/** Returns the losses of ten steps, and a fingerprint of the weights after them. */
export function train() {
  configure({ numerics: "strict" });
  manualSeed(1);
  const model = new Net();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.2, momentum: 0.9 });
  const labels = tensor(Int32Array.from({ length: 32 }, (_, i) => i % 2));
  // Images of class 1 have a bright upper half.
  const images = rand([32, 1, 10, 10]).add(
    labels
      .float()
      .view(32, 1, 1, 1)
      .mul(
        tensor([[1], [0]])
          .expand(2, 5)
          .reshape(1, 1, 10, 1),
      ),
  );
  const losses = [];
  for (let step = 0; step < 10; step++) {
    optimizer.zeroGrad();
    const loss = F.nllLoss(model(images), labels);
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  return { losses, weights: fingerprint(model) };
}

/** 32 bits that depend on every bit of the parameters and running statistics (FNV-1a). */
function fingerprint(model) {
  let hash = 0x811c9dc5;
  for (const tensor of model.stateDict().values()) {
    for (const byte of new Uint8Array(tensor.data().buffer)) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
