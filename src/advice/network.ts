/** A network as the rules of advice see it: its layers with the ways between them, and questions about a layer. */
import type { Inspection, Layer, LayerKind, LayerOf } from "../inspect/layer.js";

/** A layer with its position. */
export type Placed<L extends Layer = Layer> = L & { readonly position: number };

/**
 * An inspection, with the ways from layer to layer on which the image is processed. Layers that only work out a gate or a
 * mean to be broadcast over the image, as in squeeze-and-excite, are beside these ways, and no rule looks at them.
 */
export class Network {
  readonly layers: readonly Placed[];
  private readonly ways: ReadonlyMap<number, { readonly layer: Placed; readonly users: readonly Placed[] }>;

  /**
   * @param inspection what was found
   * @param isExercise whether the network is for the exercise, which limits its parameters
   */
  constructor(
    readonly inspection: Inspection,
    readonly isExercise = hasExercisesShape(inspection),
  ) {
    this.layers = withoutSides(inspection.layers.map((layer, position) => fixedAsPool({ ...layer, position })));
    this.ways = new Map(
      this.layers.map((layer) => [
        layer.position,
        { layer, users: this.layers.filter(({ from }) => from.includes(layer.position)) },
      ]),
    );
  }

  /** All layers of these kinds. */
  all<K extends LayerKind>(...kinds: readonly K[]): Placed<LayerOf<K>>[] {
    return this.layers.filter((layer): layer is Placed<LayerOf<K>> =>
      (kinds as readonly string[]).includes(layer.kind),
    );
  }

  /** The layers whose outputs are the network's outputs. */
  get ends(): Placed[] {
    return this.at(this.inspection.outputs);
  }

  /** The side of the image, or of the largest if there are several inputs; 0 if no input is an image. */
  get imageSize(): number {
    return Math.max(0, ...this.all("input").flatMap(({ field }) => field?.map(({ count }) => count) ?? []));
  }

  /** The prediction layers: the last layers with weights, one for each output of the network. */
  get predictions(): Placed<LayerOf<"conv" | "linear">>[] {
    return unique(this.ends.flatMap((end) => this.nearestBefore(end, isWeighty, true))).filter(isWeighty);
  }

  /** The layers right before this one. */
  before({ from }: Placed): Placed[] {
    return this.at(from);
  }

  /** The layers right after this one. */
  after({ position }: Placed): readonly Placed[] {
    return this.ways.get(position)!.users;
  }

  /**
   * Whether every way from the images to one of the outputs leads through a layer. Around others, such as those in a
   * branch, something else goes on beside them.
   */
  isInevitable(layer: Placed): boolean {
    const stops = (one: Placed): boolean => one === layer || one.kind === "input";
    return this.ends.some((end) => this.nearestBefore(end, stops, true).every((one) => one === layer));
  }

  private at(positions: readonly number[]): Placed[] {
    return positions.map((position) => this.ways.get(position)!.layer);
  }

  /**
   * The first layer that `stops` accepts on each way back from a layer.
   * @param including whether to begin with the layer itself
   */
  nearestBefore(layer: Placed, stops: (layer: Placed) => boolean, including = false): Placed[] {
    return this.nearest(layer, stops, including, (one) => this.before(one));
  }

  /** The first layer that `stops` accepts on each way forward. */
  nearestAfter(layer: Placed, stops: (layer: Placed) => boolean): Placed[] {
    return this.nearest(layer, stops, false, (one) => this.after(one));
  }

  /** All layers that a layer depends on. */
  allBefore(layer: Placed): Placed[] {
    const seen = new Set<Placed>();
    const visit = (one: Placed): void => {
      if (seen.has(one)) return;
      seen.add(one);
      this.before(one).forEach(visit);
    };
    this.before(layer).forEach(visit);
    return [...seen];
  }

  private nearest(
    layer: Placed,
    stops: (layer: Placed) => boolean,
    including: boolean,
    next: (layer: Placed) => readonly Placed[],
  ): Placed[] {
    const seen = new Set<Placed>();
    const found: Placed[] = [];
    const visit = (one: Placed): void => {
      if (seen.has(one)) return;
      seen.add(one);
      if (stops(one)) found.push(one);
      else next(one).forEach(visit);
    };
    if (including) visit(layer);
    else next(layer).forEach(visit);
    return found;
  }
}

/** The layers without those that only lead to the smaller input of a product, sum or difference, where it is broadcast. */
function withoutSides(layers: readonly Placed[]): Placed[] {
  const beside = new Set<number>();
  const pruned = layers.map((layer) => {
    const main = layer.from.filter((position) => size(layers[position]!) >= size(layer));
    const isBroadcast = ["add", "norm", "other"].includes(layer.kind) && main.length > 0;
    if (!isBroadcast || main.length === layer.from.length) return layer;
    const needed = closure(layers, main);
    for (const position of closure(layers, layer.from)) if (!needed.has(position)) beside.add(position);
    return { ...layer, from: main };
  });
  return pruned.filter(({ position }) => !beside.has(position));
}

/** The layers at these positions, and all that they depend on. */
function closure(layers: readonly Placed[], positions: readonly number[]): Set<number> {
  const found = new Set<number>();
  const waiting = [...positions];
  for (let position = waiting.pop(); position !== undefined; position = waiting.pop()) {
    if (found.has(position)) continue;
    found.add(position);
    waiting.push(...layers[position]!.from);
  }
  return found;
}

function size({ outputs: [output] }: Layer): number {
  return output ? output.reduce((a, b) => a * b, 1) : 0;
}

/** Whether the layer multiplies its input with weights. */
export function isWeighty(layer: Placed): layer is Placed<LayerOf<"conv" | "linear">> {
  return layer.kind === "conv" || layer.kind === "linear";
}

/** Whether the layer is a convolution whose kernels read a channel each. */
export function isDepthwise(layer: Placed): boolean {
  return layer.kind === "conv" && layer.groups > 1 && layer.groups === layer.inChannels;
}

/** Whether the layer is a convolution that sees more than one position. */
export function isSpatial(layer: Placed): layer is Placed<LayerOf<"conv">> {
  return layer.kind === "conv" && layer.kernel.some((size) => size > 1);
}

/** A convolution with fixed weights, such as a blur before a pooling, only averages. */
function fixedAsPool(layer: Placed): Placed {
  if (layer.kind !== "conv" || layer.parameters > 0) return layer;
  return { ...layer, kind: "pool", by: "mean" };
}

/** H and W of an output [C,H,W]. */
export function area(layer: Layer): readonly [number, number] | undefined {
  const [size] = layer.outputs;
  return size?.length === 3 ? [size[1]!, size[2]!] : undefined;
}

/** The larger side of the receptive field; 0 if no input is an image. */
export function fieldSize(layer: Layer): number {
  return Math.max(0, ...(layer.field?.map(({ size }) => size) ?? []));
}

export function unique<T>(list: readonly T[]): T[] {
  return [...new Set(list)];
}

/** H and W of the map that a fully connected layer reads as one vector, if it does. */
export function flattens(network: Network, layer: Placed): readonly [number, number] | undefined {
  if (layer.kind !== "linear") return undefined;
  const [source] = network.nearestBefore(layer, (one) => one.kind !== "reshape" && one.kind !== "dropout");
  const positions = source && area(source);
  if (!positions || positions[0] * positions[1] === 1) return undefined;
  return size(source) === layer.inFeatures ? positions : undefined;
}

/** Whether a layer brings the values of each channel, image or batch to one size. */
export function isNorm({ kind }: Placed): boolean {
  return kind === "batchNorm" || kind === "norm";
}

/** Whether a network has the exercise's input and output: images 1×28×28, and ten classes. */
function hasExercisesShape({ layers, outputs }: Inspection): boolean {
  const inputs = layers.filter(({ kind }) => kind === "input");
  const shapes = [...inputs, ...outputs.map((position) => layers[position]!)].map((layer) => layer.outputs.join(";"));
  return shapes.length === 2 && shapes[0] === "1,28,28" && /^10(,1)*$/.test(shapes[1]!);
}

/** Whether the kernel's places do not overlap, as where an image is cut into patches. */
export function cutsPatches({ kernel, stride }: LayerOf<"conv">): boolean {
  return kernel.every((size, axis) => size <= stride[axis]!);
}

/** Whether a layer is fully connected, but for each of several positions on its own, or across them. */
export function mixesTokens(layer: Placed): boolean {
  return layer.kind === "linear" && layer.outputs[0]!.length > 1;
}

/** Whether a kernel is as large as the map it slides over. It gives one position, as a fully connected layer would. */
export function spansItsInput(network: Network, layer: Placed): boolean {
  const [input] = network.before(layer);
  const positions = input && area(input);
  return isSpatial(layer) && !!positions && layer.kernel.every((size, axis) => size >= positions[axis]!);
}

/** The convolutions larger than 1×1 that come after a layer, on the way to the prediction. */
export function convolutionsAfter(network: Network, layer: Placed): Placed[] {
  return network.layers.filter((one) => isSpatial(one) && network.allBefore(one).includes(layer));
}

/** Whether the layer is a pooling that leaves fewer positions, but not a single one. */
export function isShrinking(layer: Placed): boolean {
  const isStrided = layer.kind === "pool" && layer.stride.some((step) => step > 1);
  return isStrided && layer.outputs[0]!.slice(1).some((size) => size > 1);
}

/** What a prediction is made from and of: the number of inputs of one value, and of values at each position. */
export function features(layer: LayerOf<"conv" | "linear">): { readonly inputs: number; readonly classes: number } {
  if (layer.kind === "linear") return { inputs: layer.inFeatures, classes: layer.outFeatures };
  const { inChannels, outChannels, groups, kernel } = layer;
  return { inputs: (inChannels / groups) * kernel[0] * kernel[1], classes: outChannels };
}

/** Whether a fully connected layer reads the pixels themselves: no layer with weights comes before it. */
export function readsPixels(network: Network, layer: Placed): boolean {
  return flattens(network, layer) !== undefined && !network.allBefore(layer).some(isWeighty);
}
