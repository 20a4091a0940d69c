/** Parameter and Buffer: tensors with their own memory, which a `Module` finds among its fields. */
import type { HostArray } from "../graph/node.js";
import { Variable } from "../graph/variable.js";
import { constant, variable } from "../ops/leaf.js";
import { Tensor } from "../tensor/tensor.js";
import { sizeOf } from "../graph/shape.js";

/**
 * A trained tensor: a field of this kind is one of its module's parameters. PyTorch: `torch.nn.Parameter`.
 * @example
 * class Scale extends nn.Module {
 *   factor = new nn.Parameter(ones([1, 8, 1, 1]));
 *   override forward(x: Tensor): Tensor {
 *     return x.mul(this.factor);
 *   }
 * }
 * [...new Scale().namedParameters()].map(([name]) => name); // ["factor"]
 */
export class Parameter extends Tensor {
  /** @internal */
  declare readonly variable: Variable;

  /**
   * @param source the shape and the initial elements, which are copied as float32
   * @param requiresGrad whether to train it; `false` freezes it
   */
  constructor(source: Tensor, requiresGrad = true) {
    const memory = new Variable(source.shape, "float32", elementsOf(source));
    super(variable(memory, requiresGrad), memory, requiresGrad);
  }
}

/**
 * A tensor that is saved with its module but not trained, such as a running mean: a field of this kind is one of its
 * module's buffers. PyTorch: `torch.nn.Buffer`.
 * @example
 * class Counter extends nn.Module {
 *   calls = new nn.Buffer(zeros([]));
 *   override forward(x: Tensor): Tensor {
 *     this.calls.copy_(this.calls.add(1));
 *     return x;
 *   }
 * }
 * const counter = new Counter();
 * counter(ones([2]));
 * counter.calls.item(); // 1
 */
export class Buffer extends Tensor {
  /** @internal */
  declare readonly variable: Variable;

  /** @param source the shape, the type and the initial elements, which are copied */
  constructor(source: Tensor) {
    const memory = new Variable(source.shape, source.dtype, elementsOf(source));
    super(variable(memory, false), memory, false);
  }
}

/** The source's elements. Those of `zeros()` and the like are known without computing anything. */
function elementsOf({ node }: Tensor): HostArray {
  if (!constant.is(node)) return new Tensor(node).data();
  const size = sizeOf(node.shape);
  return (node.dtype === "float32" ? new Float32Array(size) : new Int32Array(size)).fill(node.attrs.value);
}
