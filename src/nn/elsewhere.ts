/** What a layer is called in other tools. */
export interface LayerElsewhere {
  /** The class in `torch.nn` that computes the same. */
  readonly pytorch: string;
  /** The ONNX operator that computes the same, for a layer whose constructor takes no arguments. */
  readonly onnx?: string;
}

/** The names that a class has itself. A subclass of a layer inherits none, since it may compute something else. */
export function elsewhereOf(constructor: object): LayerElsewhere | undefined {
  return Object.hasOwn(constructor, "elsewhere")
    ? (constructor as { readonly elsewhere?: LayerElsewhere }).elsewhere
    : undefined;
}
