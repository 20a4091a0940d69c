/** The README's example: `npx tsx examples/tiny.ts`. */
import { F, manualSeed, nn, optim, rand, tensor } from "kilograd";

manualSeed(1);
const labels = tensor(Int32Array.from({ length: 64 }, (_, i) => i % 2));
const images = rand([64, 1, 8, 8]).add(labels.view(64, 1, 1, 1)); // images of class 1 are brighter
const model = new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.ReLU(), new nn.Flatten(), new nn.Linear(144, 2));
const optimizer = new optim.SGD(model.parameters(), { lr: 0.02, momentum: 0.9 });
for (let step = 1; step <= 50; step++) {
  optimizer.zeroGrad();
  const loss = F.crossEntropy(model(images), labels);
  loss.backward();
  optimizer.step();
  if (step % 10 === 0) console.log(`step ${step}: loss ${loss.item().toFixed(4)}`);
}
