/** Facts about each layer of a network as plain data, for tables, drawings and advice. */
import type { LayerDetail, LayerKind } from "./layer-detail.js";
import type { Shape } from "../graph/shape.js";
import type { BatchAxis } from "./batch-axis.js";
import type { Field } from "./receptive-field.js";

export type { LayerDetail, LayerKind } from "./layer-detail.js";

/** The facts about every layer. */
export interface LayerFacts {
  /** The module's class (`Conv2d`), or the function's name (`relu`). */
  readonly name: string;
  /** The module's path in the network (`features.0`); null for a function. */
  readonly path: string | null;
  /** The positions of the layers whose outputs are its inputs. */
  readonly from: readonly number[];
  /** The shapes of its outputs for one image. */
  readonly outputs: readonly Shape[];
  /** The number of its trained parameters. */
  readonly parameters: number;
  /** The position of an earlier layer that has the same parameters and is called again here; otherwise null. */
  readonly shares: number | null;
  /** The number of multiply-adds in convolutions and matrix products, for one image. */
  readonly multiplyAdds: number;
  /** The size of its output for one image, in bytes; 0 if the output is only the input in another shape. */
  readonly activationBytes: number;
  /** What a value of the first output sees of the image; null without an image. */
  readonly field: Field | null;

  /** The axis of its first output along which the images of the batch lie: 0 unless a reshape has moved or mixed them. */
  readonly batchAxis: BatchAxis;

  /**
   * The receptive fields of branches that meet here, if their values lie over different positions of the image;
   * otherwise null.
   */
  readonly branches: readonly Field[] | null;
}

/** A call of a module or a function. */
export type Layer = LayerFacts & LayerDetail;
/** A layer of a given kind. */
export type LayerOf<K extends LayerKind> = LayerFacts & Extract<LayerDetail, { readonly kind: K }>;

/** A network with inputs of given sizes. */
export interface Inspection {
  /** The layers in the order in which they are called, the inputs first. */
  readonly layers: readonly Layer[];
  /** The positions of the layers whose outputs the network returns. */
  readonly outputs: readonly number[];
  /** The paths of the modules that are never called, such as `conv3`. */
  readonly neverCalled: readonly string[];
  /** The number of parameters, each counted once, including those that no layer uses. */
  readonly parameters: number;
  /** The multiply-adds of all layers for one image. */
  readonly multiplyAdds: number;
  /** The size of the outputs of all layers for one image, in bytes. */
  readonly activationBytes: number;
}
