/** Uses every entry that a page can load. The text that it returns is the same in Node and in all bundles. */
import { configure, F, manualSeed, nn, optim, rand, tensor } from "kilograd";
import { DataLoader, TensorDataset } from "kilograd/data";
import { exportOnnx, exportSafetensors } from "kilograd/export";
import { decodeStateDict, importOnnx } from "kilograd/import";
import { Classifier } from "kilograd/predict";
import { makeQuiz } from "kilograd/quiz";
import { formatSummary, summarize } from "kilograd/summary";
import { resolveConfig } from "kilograd/train";
import * as report from "kilograd/report";

export function use() {
  configure({ numerics: "strict" });
  manualSeed(1);
  const net = new nn.Sequential(
    new nn.Conv2d(1, 4, 3),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Linear(144, 2),
    new nn.LogSoftmax(1),
  );
  const labels = tensor(Int32Array.from({ length: 32 }, (_, i) => i % 2));
  const loader = new DataLoader(new TensorDataset(rand([32, 1, 8, 8]), labels), { batchSize: 8, shuffle: true });
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
  const losses = [];
  for (const [images, classes] of loader) {
    optimizer.zeroGrad();
    const loss = F.nllLoss(net(images), classes);
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  const classifier = new Classifier(net, { size: [1, 8, 8], mean: 0.5, std: 0.5, classes: ["dark", "bright"] });
  const pixels = Float32Array.from({ length: 64 }, (_, i) => i / 64);
  const refused = [() => new nn.Conv2d(1, 2, "3"), () => importOnnx(Uint8Array.of(1, 2), "two.onnx")].map((wrong) => {
    try {
      return wrong();
    } catch (error) {
      return `${error.name} ${error}`;
    }
  });
  return JSON.stringify({
    losses,
    printed: String(net),
    optimizer: optimizer.constructor.name,
    summary: formatSummary(summarize(net, [1, 8, 8])),
    weights: [...decodeStateDict(exportSafetensors(net), "weights").keys()],
    imported: String(importOnnx(exportOnnx(net, [1, 8, 8]), "net.onnx")),
    predicted: classifier.predict({ width: 8, height: 8, pixels }),
    question: makeQuiz(1, 1)[0].text,
    epochs: resolveConfig("notebook").epochs,
    report: Object.keys(report).length,
    refused,
  });
}
