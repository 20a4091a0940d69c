/** What an op's record says about it to someone who looks at a network: the kind of layer it makes, and what that costs. */
import type { Node } from "./node.js";
import type { Pair } from "./shape.js";

/** What a layer does. Each kind has facts of its own. */
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
    }
  | { readonly kind: "linear"; readonly inFeatures: number; readonly outFeatures: number }
  | { readonly kind: "pool"; readonly by: "max" | "mean"; readonly kernel: Pair }
  | { readonly kind: "dropout"; readonly p: number }
  | { readonly kind: "softmax"; readonly log: boolean }
  /** `by` is the op's name: `relu`. */
  | { readonly kind: "activation"; readonly by: string }
  | { readonly kind: "batchNorm" | "reshape" | "add" | "cat" | "other" };

/** The kinds of layers. */
export type LayerKind = LayerDetail["kind"];

export interface OpLayer<A> {
  /**
   * The layer that a node makes; undefined if this node makes none.
   * @param isActive whether a node depends on the network's inputs; weights do not
   */
  readonly detail: { of(node: Node<A>, isActive: (node: Node) => boolean): LayerDetail | undefined }["of"];
  /** The name of the function that builds it, if that is not the op's. */
  readonly functionName?: string;
  /** Set if each node is a layer of its own: a module with several of them is looked into, as if it had submodules. */
  readonly weighty?: true;
  /** Multiplications that are each followed by an addition. */
  readonly multiplyAdds?: { of(node: Node<A>): number }["of"];
}
