/** Tensors as a dataset. PyTorch: `torch.utils.data.TensorDataset`. */
import { ShapeError } from "../errors/errors.js";
import type { HostArray } from "../graph/node.js";
import { formatShape } from "../graph/shape.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkIndex, type Dataset } from "./dataset.js";

/**
 * Samples are what stands at one place of the tensors' first axes. The tensors are read once, at the first use.
 * @throws ShapeError if the first axes differ in size
 * @example new TensorDataset(images, labels) // images [N, 1, 28, 28], labels [N]
 */
export class TensorDataset<T extends readonly Tensor[]> implements Dataset<T, T> {
  readonly tensors: T;
  readonly length: number;
  private hosts: readonly HostArray[] | undefined;

  constructor(...tensors: T) {
    const length = tensors.at(0)?.shape.at(0);
    if (length === undefined || tensors.some((part) => part.shape[0] !== length)) {
      throw new ShapeError({
        op: "TensorDataset",
        problem: "the tensors are not of one length",
        expected: "one tensor or more, with first axes of one size",
        got: tensors.map((part) => formatShape(part.shape)).join(", ") || "none",
      });
    }
    this.tensors = tensors;
    this.length = length;
  }

  get(index: number): T {
    return this.tensors.map((_, part) => this.rows(part, [index], [])) as readonly Tensor[] as T;
  }

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
    return tensor(rows, shape);
  }
}
