/**
 * kilograd as a peer, in the form that users get, from dist (tsconfig.run.json). `--strict` selects those numerics,
 * `--augmented` trains epochs on augmented images, and `--batch=64 --threads=2` takes steps on 64 random images with
 * two threads.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { nn } from "kilograd";
import { compile, configure, F, manualSeed, noGrad, optim, rand, randint, tensor, type Tensor } from "kilograd";
import { DataLoader, type Batch } from "kilograd/data";
import { ExerciseNet, resolveConfig } from "kilograd/train";
import { openData } from "kilograd/train/node";
import { loadNetwork, readCase, tensorOf } from "../case-file.js";
import type { EpochTask, InferenceTask, Task, TrainingTask } from "../harness/protocol.js";
import { serve, type Work } from "../harness/serve.js";
import { gradientGraph } from "./gradient-graph.js";

const flag = (name: string): boolean => process.argv.includes(`--${name}`);

const numberOption = (name: string): number =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split("=")[1]);

type Network = nn.Module & ((images: Tensor) => Tensor);

/** A step as the trainer takes it: compiled, its loss read. */
function makeStep(network: Network, optimizer: optim.Optimizer): (batch: Batch) => number {
  const step = compile((images: Tensor, labels: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = F.nllLoss(network(images), labels);
    loss.backward();
    optimizer.step();
    return loss;
  });
  return ([images, labels]) => step(images, labels).item();
}

function training({ file, layers, lr, momentum, checkSteps }: TrainingTask): Work {
  const tensors = readCase(file);
  const network = loadNetwork(layers, tensors);
  const batch = [tensorOf(tensors, "images"), tensorOf(tensors, "labels")] as const;
  const optimizer = new optim.SGD(network.parameters(), { lr, momentum });
  const trainStep = makeStep(network, optimizer);
  const step = (): number => trainStep(batch);
  return {
    step: () => void step(),
    check: () => ({ values: { losses: Array.from({ length: checkSteps }, step) }, bits: hashOf(network) }),
  };
}

function steps(): Work {
  const size = numberOption("batch");
  manualSeed(1);
  const network = new ExerciseNet();
  const batch = [rand([size, 1, 28, 28]), randint(0, 10, [size])] as const;
  const trainStep = makeStep(network, new optim.SGD(network.parameters(), { lr: 0.01, momentum: 0.9 }));
  return { step: () => void trainStep(batch), check: () => ({ values: { parameters: [countParameters(network)] } }) };
}

function hashOf(network: nn.Module): string {
  const hash = createHash("sha256");
  for (const state of network.stateDict().values()) hash.update(new Uint8Array(state.data().buffer));
  return hash.digest("hex");
}

function inference({ file, layers, batchSize }: InferenceTask): Work {
  const tensors = readCase(file);
  const network = loadNetwork(layers, tensors).eval();
  const { data, shape } = tensors.get("images")!;
  const stride = shape.slice(1).reduce((product, extent) => product * extent, 1);
  const use = compile((images: Tensor) => noGrad(() => network(images)));
  let next = 0;
  const step = (): readonly number[] | Float32Array => {
    if (next + batchSize > shape[0]!) next = 0;
    const pixels = data.subarray(next * stride, (next + batchSize) * stride);
    next += batchSize;
    return use(tensor(pixels, [batchSize, ...shape.slice(1)])).data() as Float32Array;
  };
  return { step: () => void step(), check: () => ({ values: { output: [...step()] } }) };
}

/** Iterates over MNIST's training images as the trainer does, plain or augmented as in the default recipe. */
function epochs({ batchSize }: EpochTask): Work {
  const { augment } = resolveConfig(flag("augmented") ? "default" : "notebook");
  manualSeed(1);
  const { train } = openData("mnist", augment);
  const loader = new DataLoader(train, { batchSize, shuffle: true, dropLast: true, prefetch: 1 });
  const network = new ExerciseNet();
  const optimizer = new optim.SGD(network.parameters(), { lr: 0.01, momentum: 0.9 });
  let batches = loader.iterate();
  const nextBatch = (): Batch => {
    const next = batches.next();
    if (!next.done) return next.value;
    batches = loader.iterate();
    return nextBatch();
  };
  const trainStep = makeStep(network, optimizer);
  const step = (): number => trainStep(nextBatch());
  return { step: () => void step(), check: () => ({ values: { parameters: [countParameters(network)] } }) };
}

function countParameters(network: nn.Module): number {
  return [...network.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
}

function makeWork(task: Task): Work {
  switch (task.kind) {
    case "training":
      return training(task);
    case "inference":
      return inference(task);
    case "epoch":
      return epochs(task);
    case "steps":
      return steps();
    case "gradients":
    case "convolution":
      return { check: () => ({ values: valuesOf(gradientGraph(task)) }) };
    case "export":
      throw new Error("kilograd does not write the benchmark's ONNX files");
  }
}

function valuesOf(graph: ReadonlyMap<string, Tensor>): Record<string, number[]> {
  return Object.fromEntries([...graph].map(([name, of]) => [name, [...of.data()]]));
}

/** The engine's threads join once they have started, which needs this thread to be idle for a moment. */
async function startThreads(threads: number): Promise<void> {
  configure({ threads, numerics: flag("strict") ? "strict" : "fast" });
  for (let i = 0; i < 20; i++) {
    tensor([1, 2, 3, 4]).add(i).data();
    await sleep(10);
  }
}

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};
await serve(`kilograd ${version}`, async (task) => {
  await startThreads(task.kind === "steps" ? numberOption("threads") : task.threads);
  return makeWork(task);
});
