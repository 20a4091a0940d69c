/** The weights of a Winograd convolution as matrices, and the gradient of the matrices as that of the weights. */
import { v, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import { byImage, whole, type Access, type Addressing, type Kernel } from "./kernel.js";
import type { BufferView } from "./views.js";
import { acrossMatrices, prepareTransform, type Scheme } from "./winograd-transforms.js";

/**
 * Turns weights [3, 3, I, O padded] into matrices [products, I, O padded], or, for "weight gradient", the matrices'
 * gradient into that of the weights. Each call does one input channel.
 */
export class WinogradWeightsKernel implements Kernel {
  readonly title: string;
  readonly extent: number;
  readonly cost: number;
  private readonly matrices: BufferView;

  constructor(
    private readonly scheme: Scheme,
    private readonly result: "weights" | "weight gradient",
    private readonly input: BufferView,
    private readonly output: BufferView,
    /** Working memory: [I, vectors of a tile]. */
    private readonly scratch: BufferView,
  ) {
    this.matrices = result === "weights" ? output : input;
    const [, inputs, outputs] = this.matrices.shape as [number, number, number];
    this.extent = inputs;
    this.cost = scheme.products * outputs;
    this.title = `Winograd ${result} ${inputs}→${outputs}`;
  }

  get reads(): Access[] {
    return [whole(this.input)];
  }
  get writes(): Access[] {
    return [whole(this.output), byImage(this.scratch)];
  }

  emit(b: FunctionBuilder, at: Addressing, n: Local): void {
    const [matrix, row] = this.matrices.strides.map((stride) => 4 * stride) as [number, number];
    const tap = row * this.extent;
    const offset = v.n.scale(n, row);
    const from = b.let("i32", "from", v.n.add(at.pointer(whole(this.input), n), offset));
    const to = b.let("i32", "to", v.n.add(at.pointer(whole(this.output), n), offset));
    const scratch = b.let("i32", "scratch", at.pointer(byImage(this.scratch), n));
    const isForward = this.result === "weights";
    const transform = prepareTransform(b, isForward ? this.scheme.transforms.weight : "weightGradient", scratch);
    const weights = { at: isForward ? from : to, row: 3 * tap, column: tap };
    const matrices = acrossMatrices(this.scheme, isForward ? to : from, matrix);
    b.repeat(row / 16, () => {
      transform(isForward ? weights : matrices, isForward ? matrices : weights);
      b.increase(from, 16);
      b.increase(to, 16);
    });
  }
}
