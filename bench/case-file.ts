/** Files that carry weights, images and labels to all peers, and how peers in JavaScript read them. */
import { readFileSync, writeFileSync } from "node:fs";
import { configure, F, manualSeed, optim, randint, randn, tensor, type nn, type Tensor } from "kilograd";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "kilograd/train";
import { makeNetwork, type Layer } from "./network.js";

export type CaseTensors = ReadonlyMap<string, StoredTensor>;

interface CaseData {
  readonly layers: readonly Layer[];
  readonly images: number;
  /** Height and width of an image. */
  readonly size: number;
  /** How many steps the network has been trained for, so that its running statistics are not initial ones. */
  readonly trained?: number;
}

function write(file: string, tensors: ReadonlyMap<string, Tensor>): void {
  const stored = [...tensors].map(([name, of]) => [name, { shape: of.shape, data: of.data() }] as const);
  writeFileSync(file, encodeSafetensors({ tensors: new Map(stored), metadata: {} }));
}

/** A network's state with random images and labels, from one seed. */
export function writeCase(file: string, { layers, images, size, trained = 0 }: CaseData): void {
  configure({ threads: 1 });
  manualSeed(1);
  const network = makeNetwork(layers);
  if (trained > 0) train(network, trained, size);
  const [pixels, labels] = [randn([images, 1, size, size]), randint(0, 10, [images])];
  write(file, new Map([...network.stateDict(), ["images", pixels], ["labels", labels]]));
}

function train(network: nn.Sequential, steps: number, size: number): void {
  const optimizer = new optim.SGD(network.parameters(), { lr: 0.01, momentum: 0.9 });
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    F.nllLoss(network(randn([32, 1, size, size])), randint(0, 10, [32])).backward();
    optimizer.step();
  }
}

/** The inputs of one convolution, and a gradient of its output. */
export function writeConvolutionCase(file: string, { inputs, outputs, kernel, padding }: Layer, size: number): void {
  manualSeed(1);
  const batch = 4;
  const outputSize = size + 2 * padding - kernel + 1;
  const tensors = {
    images: randn([batch, inputs, size, size]),
    weight: randn([outputs, inputs, kernel, kernel]).div(Math.sqrt(inputs * kernel * kernel)),
    bias: randn([outputs]),
    outputGradient: randn([batch, outputs, outputSize, outputSize]),
  };
  write(file, new Map(Object.entries(tensors)));
}

export function readCase(file: string): CaseTensors {
  return decodeSafetensors(readFileSync(file), file).tensors;
}

/** A case's tensor as one of kilograd's. */
export function tensorOf(tensors: CaseTensors, name: string): Tensor {
  const { shape, data } = tensors.get(name)!;
  return tensor(data, shape);
}

/** The network of these layers with the case's weights. */
export function loadNetwork(layers: readonly Layer[], tensors: CaseTensors): nn.Sequential {
  const network = makeNetwork(layers);
  network.loadStateDict(new Map([...network.stateDict().keys()].map((name) => [name, tensorOf(tensors, name)])));
  return network;
}
