/** PyTorch's `inplace`, which has only one value here. */
import { only } from "../../errors/kinds.js";
import { optional } from "../../errors/signature.js";

/** Options of functions that PyTorch can compute in place. */
export interface InplaceOptions {
  /** Must be false: a result is always a new tensor, and the memory is used again anyway. */
  readonly inplace?: false;
}

export const inplace = optional("inplace", only(false, "leave it out, and use the result"), false);
