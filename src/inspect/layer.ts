/** What is known of each layer of a network: plain data, from which tables, drawings and advice are made. */
import type { LayerDetail, LayerKind } from "../graph/layer-detail.js";
import type { Shape } from "../graph/shape.js";
import type { Field } from "./receptive-field.js";

export type { LayerDetail, LayerKind } from "../graph/layer-detail.js";

export interface LayerFacts {
  /** The module's class (`Conv2d`), or the function's name (`relu`). */
  readonly name: string;
  /** The module's place in the network (`features.0`); null for a function. */
  readonly path: string | null;
  /** The layers, by their position in the list, whose results it takes. */
  readonly from: readonly number[];
  /** The shapes of its results, for one image. */
  readonly outputs: readonly Shape[];
  /** Numbers that are trained. */
  readonly parameters: number;
  /** The position of an earlier layer with the same parameters, which is this one called once more; or null. */
  readonly shares: number | null;
  /** Multiplications with a following addition, for one image: those of convolutions and matrix products. */
  readonly multiplyAdds: number;
  /** Bytes that its result takes for one image; 0 where it is its input under another shape. */
  readonly activationBytes: number;
  /** What a value of the first result has seen of the image; null where there is no image. */
  readonly field: Field | null;
  /** Where branches meet whose values lie over different places of the image: their fields. */
  readonly branches: readonly Field[] | null;
}

/** One call of a module, or of a function. */
export type Layer = LayerFacts & LayerDetail;
export type LayerOf<K extends LayerKind> = LayerFacts & Extract<LayerDetail, { readonly kind: K }>;

/** A network as it is built, for inputs of one size. */
export interface Inspection {
  /** In the order in which they are called; the inputs first. */
  readonly layers: readonly Layer[];
  /** The layers whose results the network gives, by their position. */
  readonly outputs: readonly number[];
  /** Each parameter once, those that no layer uses included. */
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly activationBytes: number;
}
