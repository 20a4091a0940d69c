/** Parameter and Buffer: tensors with a memory of their own that a `Module` finds among its fields. */
import type { HostArray } from "../graph/node.js";
import { Variable } from "../graph/variable.js";
import { isConstant, variable } from "../ops/leaf.js";
import { Tensor } from "../tensor/tensor.js";
import { sizeOf } from "../graph/shape.js";

/**
 * A tensor that is trained: a field of this kind belongs to its module's `parameters()`.
 * PyTorch: `torch.nn.Parameter`.
 * @param source gives shape and first elements (float32), which are copied
 *
 * @example
 * class Scale extends nn.Module {
 *   factor = new nn.Parameter(ones([1, 8, 1, 1]));
 *   override forward(x: Tensor): Tensor {
 *     return x.mul(this.factor);
 *   }
 * }
 */
export class Parameter extends Tensor {
  declare readonly variable: Variable;

  constructor(source: Tensor, requiresGrad = true) {
    const memory = new Variable(source.shape, "float32", elementsOf(source));
    super(variable(memory, requiresGrad), memory, requiresGrad);
  }
}

/**
 * A tensor that is kept with a module but not trained (a running mean): a field of this kind belongs to its module's
 * `buffers()` and state. PyTorch: `register_buffer`, `torch.nn.Buffer`.
 * @param source gives shape, type and first elements, which are copied
 */
export class Buffer extends Tensor {
  declare readonly variable: Variable;

  constructor(source: Tensor) {
    const memory = new Variable(source.shape, source.dtype, elementsOf(source));
    super(variable(memory, false), memory, false);
  }
}

/** The elements of `zeros()` and the like are known without computing anything. */
function elementsOf({ node }: Tensor): HostArray {
  if (!isConstant(node)) return new Tensor(node).data();
  const size = sizeOf(node.shape);
  return (node.dtype === "float32" ? new Float32Array(size) : new Int32Array(size)).fill(node.attrs.value);
}
