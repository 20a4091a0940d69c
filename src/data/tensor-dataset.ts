/** Tensors as a dataset. PyTorch: `torch.utils.data.TensorDataset`. */
import { ShapeError } from "../errors/errors.js";
import { kind } from "../errors/kinds.js";
import { required, Signature } from "../errors/signature.js";
import type { HostArray } from "../graph/node.js";
import { formatShape } from "../graph/shape.js";
import { tensorOfOwn } from "../tensor/creation.js";
import { anyTensor } from "../tensor/kinds.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkIndex, type Dataset } from "./dataset.js";

const tensorList = kind<readonly Tensor[]>(
  "tensors, one argument each, as in new TensorDataset(images, labels)",
  (value) => Array.isArray(value) && value.every(anyTensor.accepts),
);
const ofTensors = new Signature("TensorDataset", [required("tensors", tensorList)]);

/**
 * Tensors as a dataset: a sample consists of each tensor's slice at one position of its first axis. The tensors are
 * read once, when they are first needed. PyTorch: `torch.utils.data.TensorDataset`.
 * @example
 * const dataset = new TensorDataset(rand([100, 1, 28, 28]), randint(0, 10, [100]));
 * dataset.length; // 100
 * dataset.get(0)[0].shape; // [1, 28, 28]
 */
export class TensorDataset<T extends readonly Tensor[]> implements Dataset<T, T> {
  /** The tensors. */
  readonly tensors: T;
  /** The number of samples. */
  readonly length: number;
  private hosts: readonly HostArray[] | undefined;

  /**
   * @param tensors at least one; their first axes have the same size
   * @throws ShapeError if the first axes differ in size, ArgumentError for anything but tensors
   */
  constructor(...tensors: T) {
    ofTensors.read([tensors]);
    const length = tensors.at(0)?.shape.at(0);
    if (length === undefined || tensors.some((part) => part.shape[0] !== length)) {
      throw new ShapeError({
        op: "TensorDataset",
        problem: "the tensors have different lengths",
        expected: "at least one tensor, all with the same first axis",
        got: tensors.map((part) => formatShape(part.shape)).join(", ") || "none",
      });
    }
    this.tensors = tensors;
    this.length = length;
  }

  /**
   * Returns a sample.
   * @param index its number, from 0
   * @returns a tensor for each of the tensors, without the first axis
   * @throws ArgumentError if the index is out of range
   * @example new TensorDataset(tensor([[1, 2], [3, 4]])).get(1)[0].tolist(); // [3, 4]
   */
  get(index: number): T {
    return this.tensors.map((_, part) => this.rows(part, [index], [])) as readonly Tensor[] as T;
  }

  /**
   * Returns several samples as a batch.
   * @param indices their numbers
   * @returns a tensor for each of the tensors; its first axis counts the samples
   * @throws ArgumentError if the index is out of range
   * @example new TensorDataset(arange(10)).batch([3, 1])[0].tolist(); // [3, 1]
   */
  batch(indices: readonly number[]): T {
    return this.tensors.map((_, part) => this.rows(part, indices, [indices.length])) as readonly Tensor[] as T;
  }

  private rows(part: number, indices: readonly number[], lead: readonly number[]): Tensor {
    this.hosts ??= this.tensors.map((each) => each.data());
    const host = this.hosts[part]!;
    const size = host.length / this.length;
    const shape = [...lead, ...this.tensors[part]!.shape.slice(1)];
    const rows =
      host instanceof Float32Array ? new Float32Array(indices.length * size) : new Int32Array(indices.length * size);
    indices.forEach((index, place) => {
      checkIndex("TensorDataset", index, this.length);
      rows.set(host.subarray(index * size, (index + 1) * size), place * size);
    });
    return tensorOfOwn(rows, shape);
  }
}
