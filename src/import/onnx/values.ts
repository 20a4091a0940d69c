/**
 * The values in an ONNX graph: tensors, and integers from which exporters compute shapes (`Shape`, `Gather`, `Concat`,
 * …). Shapes are static here, so these integers are known while the graph is built.
 */
import { DataError } from "../../errors/errors.js";
import { denseStrides, formatShape, sizeOf, type Shape } from "../../graph/shape.js";
import { tensor } from "../../tensor/creation.js";
import { Tensor } from "../../tensor/tensor.js";

/**
 * More than any shape or list of indices needs. Without this limit, a hostile graph could double a list with every
 * node.
 */
const MAX_NUMBERS = 65_536;

/** Integers (ONNX's int64, int32 and bool), row-major. */
export class Numbers {
  constructor(
    readonly shape: Shape,
    readonly values: readonly number[],
    /** Whether the model has them in 8 bits, in which its arithmetic would wrap around. */
    readonly isNarrow = false,
  ) {
    if (values.length !== sizeOf(shape)) {
      const got = `${values.length}`;
      throw new DataError({ op: "onnx", problem: `integers do not fit the shape ${formatShape(shape)}`, got });
    }
    if (values.length > MAX_NUMBERS) {
      throw new DataError({
        op: "onnx",
        problem: "a list of integers is too long",
        expected: `at most ${MAX_NUMBERS}`,
        got: String(values.length),
      });
    }
  }

  static list(values: readonly number[]): Numbers {
    return new Numbers([values.length], values);
  }
}

export type Value = Tensor | Numbers;

/** Returns a value as a tensor; integers become int32. */
export function asTensor(value: Value): Tensor {
  return value instanceof Tensor ? value : tensor(value.values, value.shape, "int32");
}

/** Takes the numbers at these positions of an axis, as `Gather` and `Slice` do with lists of sizes. */
export function take({ shape, values }: Numbers, axis: number, places: Numbers): Numbers {
  const [outer, extent] = [sizeOf(shape.slice(0, axis)), shape[axis]!];
  const inner = denseStrides(shape)[axis]!;
  const taken: number[] = [];
  for (let i = 0; i < outer; i++) {
    for (const place of places.values) {
      const index = place < 0 ? place + extent : place;
      if (!(index >= 0 && index < extent)) {
        throw new DataError({ op: "onnx", problem: `there is no index ${place} among ${extent} sizes` });
      }
      const at = (i * extent + index) * inner;
      for (let j = 0; j < inner; j++) taken.push(values[at + j]!);
    }
  }
  return new Numbers([...shape.slice(0, axis), ...places.shape, ...shape.slice(axis + 1)], taken);
}

/** Reorders the axes of integers. */
export function permuted({ shape, values }: Numbers, order: readonly number[]): Numbers {
  const strides = order.map((axis) => denseStrides(shape)[axis]!);
  const result = order.map((axis) => shape[axis]!);
  const steps = denseStrides(result);
  const place = (i: number): number =>
    result.reduce((at, size, axis) => at + (Math.floor(i / steps[axis]!) % size) * strides[axis]!, 0);
  return new Numbers(
    result,
    values.map((_, i) => values[place(i)]!),
  );
}
