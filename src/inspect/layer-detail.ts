/** What a layer does, for people who inspect a network. */
import type { Pair } from "../graph/shape.js";

/** What a layer does. Each kind has its own facts. */
export type LayerDetail =
  | { readonly kind: "input" }
  | {
      readonly kind: "conv";
      readonly kernel: Pair;
      readonly stride: Pair;
      readonly padding: Pair;
      readonly dilation: Pair;
      readonly groups: number;
      readonly inChannels: number;
      readonly outChannels: number;
      /** Set if the weights are brought to one size in each forward pass, by standardising them or dividing by their norm. */
      readonly normalizesWeights?: true;
    }
  | { readonly kind: "linear"; readonly inFeatures: number; readonly outFeatures: number }
  | { readonly kind: "pool"; readonly by: "max" | "mean"; readonly kernel: Pair; readonly stride: Pair }
  | { readonly kind: "dropout"; readonly p: number }
  /** `axis` counts the batch as axis 0. */
  | { readonly kind: "softmax"; readonly log: boolean; readonly axis: number }
  /** `by` is the op's name: `relu`. */
  | { readonly kind: "activation"; readonly by: string }
  /** `norm` is any other normalisation by a mean square or a variance: by group, image or position. */
  | { readonly kind: "batchNorm" | "norm" | "reshape" | "add" | "cat" | "other" };

/** The kinds of layers. */
export type LayerKind = LayerDetail["kind"];
