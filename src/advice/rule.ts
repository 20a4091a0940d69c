/** What a rule of advice is, and how rules look around in a network. */
import type { Inspection, Layer, LayerKind, LayerOf } from "../inspect/layer.js";

/** What a rule has found: the layer that it means, and why, with this network's figures. */
export interface Finding {
  /** The layer's position. */
  readonly layer: number;
  readonly reason: string;
}

export interface AdviceRule {
  /** The rule's name, as `relu-before-softmax`. */
  readonly name: string;
  /** What is wrong in general, in one sentence. */
  readonly meaning: string;
  /** What to try instead. */
  readonly suggestion: string;
  readonly find: (network: Network) => Finding[];
}

/** A piece of advice on one layer. */
export interface Advice extends Finding {
  readonly rule: string;
  readonly meaning: string;
  readonly suggestion: string;
}

/** A layer with its position. */
export type Placed<L extends Layer = Layer> = L & { readonly position: number };

/** An inspection with the ways through it. */
export class Network {
  readonly layers: readonly Placed[];
  private readonly users: readonly (readonly Placed[])[];

  constructor(readonly inspection: Inspection) {
    this.layers = inspection.layers.map((layer, position) => ({ ...layer, position }));
    this.users = this.layers.map(({ position }) => this.layers.filter(({ from }) => from.includes(position)));
  }

  /** All layers of some kinds. */
  all<K extends LayerKind>(...kinds: readonly K[]): Placed<LayerOf<K>>[] {
    return this.layers.filter((layer): layer is Placed<LayerOf<K>> =>
      (kinds as readonly string[]).includes(layer.kind),
    );
  }

  /** The layers whose results are the network's. */
  get ends(): Placed[] {
    return this.inspection.outputs.map((position) => this.layers[position]!);
  }

  /** The size of the image's side, of the largest image among the inputs; 0 where there is none. */
  get imageSize(): number {
    return Math.max(0, ...this.all("input").flatMap(({ field }) => field?.map(({ count }) => count) ?? []));
  }

  /** The prediction: the last layers with weights, one for each of the network's results. */
  get predictions(): Placed<LayerOf<"conv" | "linear">>[] {
    return unique(this.ends.flatMap((end) => this.nearestBefore(end, isWeighty, true))).filter(isWeighty);
  }

  /** What stands right before a layer. */
  before({ from }: Placed): Placed[] {
    return from.map((position) => this.layers[position]!);
  }

  /** Right after it. */
  after({ position }: Placed): readonly Placed[] {
    return this.users[position]!;
  }

  /**
   * The first layers that `stops` accepts on each way back from a layer.
   * @param including whether the layer itself is tried first
   */
  nearestBefore(layer: Placed, stops: (layer: Placed) => boolean, including = false): Placed[] {
    return this.nearest(layer, stops, including, (one) => this.before(one));
  }

  /** The same on the ways forward. */
  nearestAfter(layer: Placed, stops: (layer: Placed) => boolean): Placed[] {
    return this.nearest(layer, stops, false, (one) => this.after(one));
  }

  /** Everything that a layer depends on. */
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

/** Whether it has weights that it multiplies its input with. */
export function isWeighty(layer: Placed): layer is Placed<LayerOf<"conv" | "linear">> {
  return layer.kind === "conv" || layer.kind === "linear";
}

/** Whether it is a convolution that sees more than one place. */
export function isSpatial(layer: Placed): layer is Placed<LayerOf<"conv">> {
  return layer.kind === "conv" && layer.kernel.some((size) => size > 1);
}

/** Of a result [C,H,W], H and W. */
export function area(layer: Layer): readonly [number, number] | undefined {
  const [size] = layer.outputs;
  return size?.length === 3 ? [size[1]!, size[2]!] : undefined;
}

/** The larger of height and width of what a value has seen; 0 where there is no image. */
export function fieldSize(layer: Layer): number {
  return Math.max(0, ...(layer.field?.map(({ size }) => size) ?? []));
}

export function unique<T>(list: readonly T[]): T[] {
  return [...new Set(list)];
}
