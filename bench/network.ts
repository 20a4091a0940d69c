/**
 * The exercise's network as a list of layers, wider or deeper than it is. The list goes to every peer as data, so that
 * there is one definition. A network's state uses PyTorch's names for a Sequential (`0.weight`, `1.running_mean`).
 */
import { nn } from "kilograd";

/** A convolution with stride 1 and a bias, then batch norm and ReLU if `norm` is set, then a pooling. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: 1 | 3;
  readonly padding: 0 | 1;
  readonly norm: boolean;
  /** `max`: 2×2, stride 2. `average`: over the whole image. */
  readonly pool: "max" | "average" | null;
}

export interface Scale {
  /** Channels, as a multiple of the exercise's. */
  readonly width: number;
  /** The number of padded 3×3 layers added to each of the two blocks. */
  readonly depth: number;
}

/** Images [N,1,H,W] to [N,10]; with width 1 and depth 0 the exercise's network, 12,514 parameters. */
export function layersOf({ width, depth }: Scale): readonly Layer[] {
  const [few, some, many] = [8 * width, 16 * width, 32 * width] as const;
  const layer = (inputs: number, outputs: number, rest: Partial<Layer> = {}): Layer => {
    return { inputs, outputs, kernel: 3, padding: 0, norm: true, pool: null, ...rest };
  };
  const deeper = Array.from({ length: depth }, () => layer(some, some, { padding: 1 }));
  return [
    layer(1, few),
    layer(few, some),
    ...deeper,
    layer(some, many, { pool: "max" }),
    layer(many, few, { kernel: 1 }),
    layer(few, some),
    ...deeper,
    layer(some, many, { pool: "average" }),
    layer(many, 10, { kernel: 1, norm: false }),
  ];
}

export function makeNetwork(layers: readonly Layer[]): nn.Sequential {
  const modules = layers.flatMap(({ inputs, outputs, kernel, padding, norm, pool }): nn.Module[] => [
    new nn.Conv2d(inputs, outputs, kernel, { padding }),
    ...(norm ? [new nn.BatchNorm2d(outputs), new nn.ReLU()] : []),
    ...(pool === "max" ? [new nn.MaxPool2d(2, { stride: 2 })] : []),
    ...(pool === "average" ? [new nn.AdaptiveAvgPool2d(1)] : []),
  ]);
  return new nn.Sequential(...modules, new nn.Flatten(), new nn.LogSoftmax(1));
}

/** The position of each layer's convolution in that Sequential; its batch norm, if any, comes next. */
export function positionsOf(layers: readonly Layer[]): readonly number[] {
  let next = 0;
  return layers.map(({ norm, pool }) => {
    const position = next;
    next += 1 + (norm ? 2 : 0) + (pool === null ? 0 : 1);
    return position;
  });
}
