/** Networks for the tests of advice, given as facts about layers in a row. */
import type { Inspection, Layer, LayerDetail } from "../../src/inspect/layer.js";

/** The facts about a layer that rules use. */
export type Given = LayerDetail & {
  /** The shape of its output, [C,H,W] or [features]; by default that of the layer before. */
  readonly gives?: readonly number[];
  /** The size of its receptive field; by default that of the layer before. */
  readonly sees?: number;
  readonly multiplyAdds?: number;
  readonly parameters?: number;
};

/** A network of layers in a row, on a square image. */
export function row(image: number, ...given: readonly Given[]): Inspection {
  const layers: Layer[] = [];
  let [outputs, sees]: [readonly number[], number] = [[1, image, image], 1];
  for (const one of [{ kind: "input" } as Given, ...given]) {
    const { gives = outputs, sees: seen = sees, multiplyAdds = 0, parameters = 0, ...detail } = one;
    [outputs, sees] = [gives, seen];
    const axis = { size: sees, jump: 1, start: 0.5, count: image };
    layers.push({
      ...detail,
      name: detail.kind,
      path: null,
      from: layers.length === 0 ? [] : [layers.length - 1],
      outputs: [outputs],
      ...{
        multiplyAdds,
        parameters,
        shares: null,
        activationBytes: 0,
        field: [axis, axis],
        batchAxis: 0,
        branches: null,
      },
    });
  }
  const total = (of: (layer: Layer) => number): number => layers.reduce((sum, layer) => sum + of(layer), 0);
  return {
    layers,
    neverCalled: [],
    outputs: [layers.length - 1],
    parameters: total((layer) => layer.parameters),
    multiplyAdds: total((layer) => layer.multiplyAdds),
    activationBytes: 0,
  };
}

type Facts = Omit<Given, "kind"> & { readonly groups?: number; readonly stride?: readonly [number, number] };

export function conv(kernel: number | readonly [number, number], from: number, to: number, facts: Facts = {}): Given {
  const size = typeof kernel === "number" ? ([kernel, kernel] as const) : kernel;
  const fixed = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1, parameters: 1 } as const;
  return { kind: "conv", kernel: size, inChannels: from, outChannels: to, ...fixed, ...facts };
}

export const linear = (inFeatures: number, outFeatures: number): Given => ({
  ...{ kind: "linear", inFeatures, outFeatures, gives: [outFeatures], parameters: 1 },
});
export const maxPool = (facts: Facts = {}): Given => ({
  ...{ kind: "pool", by: "max", kernel: [2, 2], stride: [2, 2] },
  ...facts,
});
export const average: Given = { kind: "pool", by: "mean", kernel: [6, 6], stride: [6, 6], gives: [16, 1, 1] };
export const dropout = (p: number): Given => ({ kind: "dropout", p });
export const relu: Given = { kind: "activation", by: "relu" };
export const batchNorm: Given = { kind: "batchNorm" };
export const flatten = (features: number): Given => ({ kind: "reshape", gives: [features] });
export const predict = conv(1, 16, 10, { gives: [10, 1, 1] });
