/** The tasks whose check is gradients, as a graph of kilograd's: computed by the engine, or by the float64 reference. */
import { F, nn, type Tensor } from "kilograd";
import { loadNetwork, readCase, tensorOf } from "../case-file.js";
import type { ConvolutionTask, GradientsTask } from "../harness/protocol.js";

/** Tensors that are not computed yet, by the names of the check. */
export function gradientGraph(task: GradientsTask | ConvolutionTask): ReadonlyMap<string, Tensor> {
  return task.kind === "gradients" ? networkGraph(task) : convolutionGraph(task);
}

function networkGraph({ file, layers }: GradientsTask): ReadonlyMap<string, Tensor> {
  const tensors = readCase(file);
  const network = loadNetwork(layers, tensors);
  const loss = F.nllLoss(network(tensorOf(tensors, "images")), tensorOf(tensors, "labels"));
  loss.backward();
  const gradients = [...network.namedParameters()].map(([name, { grad }]) => [name, grad!] as const);
  return new Map([["loss", loss], ...gradients]);
}

function convolutionGraph({ file, layer }: ConvolutionTask): ReadonlyMap<string, Tensor> {
  const tensors = readCase(file);
  const [images, weight, bias] = ["images", "weight", "bias"].map((name) => new nn.Parameter(tensorOf(tensors, name)));
  const output = F.conv2d(images!, weight!, bias, { padding: layer.padding });
  output.backward(tensorOf(tensors, "outputGradient"));
  return new Map([
    ["output", output],
    ["inputs' gradient", images!.grad!],
    ["weights' gradient", weight!.grad!],
    ["bias' gradient", bias!.grad!],
  ]);
}
