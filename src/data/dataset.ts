/** The interface of datasets, and how samples become a batch. */
import { ArgumentError, ShapeError } from "../errors/errors.js";
import { kind } from "../errors/kinds.js";
import { shown } from "../errors/shown.js";
import type { Generator } from "../random/random.js";
import { formatShape, shapesEqual, sizeOf, type Shape } from "../graph/shape.js";
import { tensorOfOwn } from "../tensor/creation.js";
import { Tensor } from "../tensor/tensor.js";
import { formatImage, type Image } from "./image.js";
import type { Transform } from "./transforms/transform.js";

/** Inputs, and targets as int32 or float32. The first axis of both counts the samples. */
export type Batch = readonly [Tensor, Tensor];

/** The source of random numbers for the sample at a position in a batch. Each call restarts it. */
export type SampleGenerators = (place: number) => Generator;

/** A part of a sample: an image with float32 values, a tensor, or an integer (a class). */
export type Field = Image | Tensor | number;

/**
 * Samples by index. `get` is enough. A dataset may also define `batch` to make whole batches faster, with the same
 * result. PyTorch: `torch.utils.data.Dataset`.
 */
export interface Dataset<Sample = readonly Field[], B = Batch> {
  /** The number of samples. */
  readonly length: number;

  /**
   * Returns a sample.
   * @param index its number, from 0
   * @param generator the source of random numbers for transforms; the default one unless given
   * @returns its fields
   */
  get(index: number, generator?: Generator): Sample;

  /**
   * Returns several samples as a batch.
   * @param indices their numbers
   * @param generators the source of random numbers for each of them
   * @returns the batch that the loader returns
   */
  batch?(indices: readonly number[], generators: SampleGenerators): B;

  /**
   * Returns the same samples with one more transform, which follows the dataset's own. It is optional: without it
   * images are transformed one by one.
   * @param transform what is done to each image
   * @returns the new dataset; this one stays as it is
   */
  withTransform?(transform: Transform): Dataset<Sample, B>;
}

/** @internal */
export const datasetKind = kind<Dataset<unknown, never>>(
  "a dataset, which has a length (a whole number) and a method get(index)",
  (value) => hasLength(value) && typeof (value as Partial<Dataset>).get === "function",
);

/** @internal */
export function hasLength(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { length } = value as { length?: unknown };
  return Number.isSafeInteger(length) && (length as number) >= 0;
}

/** Makes a batch of the samples at these indices. */
export function fetchBatch<B>(
  dataset: Dataset<unknown, B>,
  indices: readonly number[],
  generators: SampleGenerators,
): B {
  if (dataset.batch) return dataset.batch(indices, generators);
  const samples = indices.map((index, place) => dataset.get(index, generators(place)));
  return collate(samples as readonly (readonly Field[])[]) as B;
}

/**
 * Combines samples into one tensor per field: images and tensors are stacked, and numbers become int32. PyTorch:
 * `default_collate`.
 * @throws ShapeError if a field's shape differs between samples; ArgumentError for a field that cannot be part of a
 *   batch, and for samples with different numbers of fields
 */
export function collate(samples: readonly (readonly Field[])[]): Tensor[] {
  const count = samples[0]?.length;
  const odd = samples.find((sample) => !Array.isArray(sample) || sample.length !== count);
  if (odd !== undefined) throw badSample("a sample has other fields", `an array of ${count ?? 1}, as the first`, odd);
  return samples[0]!.map((_, field) => stackFields(samples.map((sample) => sample[field]!)));
}

function stackFields(fields: readonly Field[]): Tensor {
  const first = fields[0]!;
  if (typeof first === "number") return tensorOfOwn(Int32Array.from(fields, wholeNumber), [fields.length]);
  for (const field of fields) checkField(field, first);
  const shape = shapeOf(first);
  const size = sizeOf(shape);
  const isInt = first instanceof Tensor && first.dtype === "int32";
  const all = isInt ? new Int32Array(fields.length * size) : new Float32Array(fields.length * size);
  fields.forEach((field, place) => {
    checkSameShape(shape, shapeOf(field));
    all.set(field instanceof Tensor ? field.data() : floatValues(field as Image), place * size);
  });
  return tensorOfOwn(all, [fields.length, ...shape]);
}

function shapeOf(field: Field): Shape {
  if (field instanceof Tensor) return field.shape;
  if (typeof field === "number") return [];
  return [field.channels, field.height, field.width];
}

function wholeNumber(field: Field): number {
  if (typeof field === "number" && (field | 0) === field) return field;
  const hint = "return a tensor for other values";
  throw badSample("a number in a sample is not an integer of 32 bits", "the number of a class", field, hint);
}

/** @throws ArgumentError unless a field is a tensor of the first sample's type, or an image */
function checkField(field: unknown, first: Field): void {
  const isTensor = field instanceof Tensor;
  const isField = isTensor || (typeof field === "object" && field !== null && "channels" in field && "data" in field);
  if (isField && isTensor === first instanceof Tensor && (!isTensor || field.dtype === (first as Tensor).dtype)) return;
  const expected =
    first instanceof Tensor ? `${first.dtype} tensors only` : "an image { data, channels, height, width }";
  const hint = isField ? undefined : "return a tensor for any other array, as in tensor(values)";
  throw badSample("a part of a sample cannot be in a batch", expected, field, hint);
}

function badSample(problem: string, expected: string, got: unknown, hint?: string): ArgumentError {
  return new ArgumentError({ op: "DataLoader", problem, expected, got: shown(got), hint });
}

/** @throws ShapeError if a sample's shape differs from the first sample's */
export function checkSameShape(first: Shape, other: Shape): void {
  if (shapesEqual(first, other)) return;
  throw new ShapeError({
    op: "DataLoader",
    problem: "samples with different shapes cannot form a batch",
    expected: formatShape(first),
    got: formatShape(other),
    hint: "make them the same size, for example with transforms.randomCrop",
  });
}

/** @throws ArgumentError if an image still holds bytes, ShapeError if its values do not fill it */
export function floatValues(image: Image): Float32Array {
  if (image.data instanceof Float32Array) {
    if (image.data.length === sizeOf(shapeOf(image))) return image.data;
    throw new ShapeError({
      op: "DataLoader",
      problem: `an image of ${formatImage(image)} has ${image.data.length} values`,
      expected: String(sizeOf(shapeOf(image))),
    });
  }
  throw new ArgumentError({
    op: "DataLoader",
    problem: `an image of ${formatImage(image)} bytes cannot be in a batch`,
    expected: "float32 values",
    hint: "give the dataset a transform that ends with transforms.toTensor() and transforms.normalize()",
  });
}

/** @throws ArgumentError if the dataset has no sample with this index */
export function checkIndex(op: string, index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  throw new ArgumentError({
    op,
    problem: "the index is out of range",
    expected: `an index from 0 to ${length - 1}`,
    got: String(index),
  });
}
