/** The README's example: a network that learns to tell bright images from dark ones. `npx tsx examples/tiny.ts` */
import { F, manualSeed, nn, optim, rand, tensor } from "kilograd";

manualSeed(1);
const model = new nn.Sequential(
  new nn.Conv2d(1, 4, 3),
  new nn.ReLU(),
  new nn.AdaptiveAvgPool2d(1),
  new nn.Conv2d(4, 2, 1),
);
const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
const labels = tensor(Int32Array.from({ length: 64 }, (_, i) => i % 2));
const images = rand([64, 1, 8, 8]).add(labels.float().view(64, 1, 1, 1)); // the odd ones brighter by 1
for (let step = 1; step <= 100; step++) {
  optimizer.zeroGrad();
  const loss = F.crossEntropy(model(images).view(64, 2), labels);
  loss.backward();
  optimizer.step();
  if (step % 20 === 0) console.log(`step ${step}: loss ${loss.item().toFixed(4)}`);
}
