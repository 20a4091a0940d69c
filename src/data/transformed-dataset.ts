/** A dataset with one more transform. */
import { tensor } from "../tensor/creation.js";
import { Tensor } from "../tensor/tensor.js";
import type { Dataset, Field } from "./dataset.js";
import type { Image } from "./image.js";
import type { Transform } from "./transforms/transform.js";

/** The same samples with their images, which are the first fields, transformed by `transform` in the end. */
export function withTransform<Sample, B>(dataset: Dataset<Sample, B>, transform: Transform): Dataset<Sample, B> {
  if (dataset.withTransform) return dataset.withTransform(transform);
  return {
    length: dataset.length,
    get: (index, generator) => {
      const [image, ...others] = dataset.get(index, generator) as readonly Field[];
      const applied = (each: Image): Image => transform(each, generator);
      return [changeImage(image!, applied), ...others] as Sample;
    },
  };
}

/** Applies `change`, which may write into what it gets, to an image, or to a tensor [C, H, W] that stands for one. */
function changeImage(field: Field, change: (image: Image) => Image): Field {
  if (typeof field === "number") return field;
  if (!(field instanceof Tensor)) return change({ ...field, data: field.data.slice() });
  const [channels, height, width] = field.shape as [number, number, number];
  const image = change({ data: field.data() as Float32Array, channels, height, width });
  return tensor(image.data, [image.channels, image.height, image.width]);
}
