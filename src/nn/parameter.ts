/** Parameter and Buffer: tensors with their own memory, which a `Module` finds among its fields. */
import type { HostArray } from "../graph/node.js";
import { Variable } from "../graph/variable.js";
import { constant, variable } from "../ops/leaf.js";
import { Tensor } from "../tensor/tensor.js";
import { sizeOf } from "../graph/shape.js";
import { flag } from "../errors/kinds.js";
import { optional, required, Signature, type Arguments } from "../errors/signature.js";
import { anyTensor } from "../tensor/kinds.js";

/** Options of `nn.Parameter`. */
export interface ParameterOptions {
  /** Whether to train it; `false` freezes it. Default true. */
  readonly requiresGrad?: boolean;
}

const requiresGrad = [optional("requiresGrad", flag, true)] as const;
const ofParameter = new Signature("Parameter", [required("source", anyTensor), ...requiresGrad]);
const ofBuffer = new Signature("Buffer", [required("source", anyTensor)]);

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
   * @param rest whether to train it; `false` freezes it, and true is the default
   */
  constructor(source: Tensor, ...rest: Arguments<ParameterOptions, typeof requiresGrad>) {
    const given = ofParameter.read([source, ...rest]);
    const memory = new Variable(given.source.shape, "float32", Float32Array.from(elementsOf(given.source)));
    memory.unlisted = true;
    super(variable(memory, given.requiresGrad), memory, given.requiresGrad);
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

  /**
   * @param source the shape, the type and the initial elements, which are copied
   * @param surplus nothing: more arguments are refused
   */
  constructor(source: Tensor, ...surplus: never[]) {
    const { source: given } = ofBuffer.read([source, ...surplus]);
    const memory = new Variable(given.shape, given.dtype, elementsOf(given));
    super(variable(memory, false), memory, false);
  }
}

/** The source's elements. Those of `zeros()` and the like are known without computing anything. */
function elementsOf({ node }: Tensor): HostArray {
  if (!constant.is(node)) return new Tensor(node).data();
  const size = sizeOf(node.shape);
  return (node.dtype === "float32" ? new Float32Array(size) : new Int32Array(size)).fill(node.attrs.value);
}
