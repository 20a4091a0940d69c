/** Erasing a random rectangle of an image (Zhong et al. 2017, arXiv 1708.04896). */
import { ArgumentError } from "../../errors/errors.js";
import { shown } from "../../errors/shown.js";
import { arrayOf, either, number, numberWithin, oneOf, pairOf } from "../../errors/kinds.js";
import { checked, optional, type Arguments } from "../../errors/signature.js";
import { normal, randomInteger, uniformNumber, type Generator } from "../../random/random.js";
import { roundHalfEven } from "../../text/rounding.js";
import type { Image } from "../image.js";
import { check, type Range } from "./options.js";
import { reading, type Transform } from "./transform.js";

/** Options of `transforms.randomErasing`. */
export interface ErasingOptions {
  /** The probability that anything is erased, from 0 to 1. Default 0.5. */
  readonly p?: number;
  /** The range of the rectangle's area, as a fraction of the image's. Default [0.02, 0.33]. */
  readonly scale?: Range;
  /** The range of its height divided by its width. Default [0.3, 3.3]. */
  readonly ratio?: Range;

  /**
   * What it is filled with: a number, one for each channel, or "random" for normally distributed numbers. Default 0.
   */
  readonly value?: number | readonly number[] | "random";
}

const pair = pairOf(number);
const erasingParameters = [
  optional("p", numberWithin(0, 1), 0.5),
  optional("scale", pair, [0.02, 0.33]),
  optional("ratio", pair, [0.3, 3.3]),
  optional("value", either(either(number, arrayOf(number)), oneOf("random")), 0),
] as const;

interface Rectangle {
  readonly row: number;
  readonly column: number;
  readonly height: number;
  readonly width: number;
  /** One per channel, or one per element of all channels. */
  readonly values: ArrayLike<number>;
}

const ATTEMPTS = 10;

/**
 * Erases a random rectangle. As in torchvision, its shape is drawn up to ten times until one fits; if none does, the
 * image stays as it is. Zhong et al. 2017 (arXiv 1708.04896). PyTorch: `torchvision.transforms.RandomErasing`.
 * @param rest p, scale, ratio and value, in this order or by name: the probability, the rectangle's size and shape, and what it is filled with
 * @returns the transform, which throws an ArgumentError if the image has another number of channels than there are
 *   values
 * @throws ArgumentError for an option out of its range
 * @function
 * @example
 * const image = { data: new Uint8Array(784).fill(255), channels: 1, height: 28, width: 28 };
 * const erased = transforms.randomErasing({ p: 1 })(image);
 * erased.data.includes(0); // true
 */
export const randomErasing: (...rest: Arguments<ErasingOptions, typeof erasingParameters>) => Transform = checked(
  "randomErasing",
  erasingParameters,
  eraseAtRandom,
);

function eraseAtRandom({ p, scale, ratio, value }: Required<ErasingOptions>): Transform {
  const op = "randomErasing";
  check(
    op,
    0 <= scale[0] && scale[0] <= scale[1] && scale[1] <= 1,
    "invalid scale",
    "an ascending pair in [0, 1]",
    scale,
  );
  check(
    op,
    0 < ratio[0] && ratio[0] <= ratio[1] && isFinite(ratio[1]),
    "invalid ratio",
    "an ascending pair above 0",
    ratio,
  );
  return reading((image, generator) => {
    if (typeof value === "object" && value.length !== image.channels && value.length !== 1) {
      check(op, false, "invalid value", `a number, or one for each of ${image.channels} channels`, value);
    }
    if (image.data instanceof Uint8Array) checkByte(value);
    if (!(uniformNumber(0, 1, generator) < p)) return image;
    const rectangle = drawRectangle(image, scale, ratio, value, generator);
    return rectangle ? erase(image, rectangle) : image;
  });
}

/** Bytes would round other values, and wrap around those out of range. */
function checkByte(value: NonNullable<ErasingOptions["value"]>): void {
  if ([value].flat().every((one) => Number.isInteger(one) && (one as number) >= 0 && (one as number) <= 255)) return;
  throw new ArgumentError({
    op: "randomErasing",
    problem: "the image holds bytes, which cannot have this value",
    expected: "integers from 0 to 255",
    got: shown(value),
    hint: "put transforms.toTensor() before it",
  });
}

function drawRectangle(
  { channels, height: imageHeight, width: imageWidth }: Image,
  scale: Range,
  ratio: Range,
  value: NonNullable<ErasingOptions["value"]>,
  generator: Generator | undefined,
): Rectangle | undefined {
  const [logLow, logHigh] = [Math.log(ratio[0]), Math.log(ratio[1])];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = imageHeight * imageWidth * uniformNumber(...scale, generator);
    const aspect = Math.fround(Math.exp(uniformNumber(logLow, logHigh, generator)));
    const height = roundHalfEven(Math.sqrt(area * aspect));
    const width = roundHalfEven(Math.sqrt(area / aspect));
    if (height >= imageHeight || width >= imageWidth) continue;
    const values = fillValues(value, channels, height * width, generator);
    const row = randomInteger(0, imageHeight - height + 1, generator);
    const column = randomInteger(0, imageWidth - width + 1, generator);
    return { row, column, height, width, values };
  }
  return undefined;
}

function fillValues(
  value: NonNullable<ErasingOptions["value"]>,
  channels: number,
  area: number,
  generator: Generator | undefined,
): ArrayLike<number> {
  if (typeof value === "number") return new Float32Array(channels).fill(value);
  if (typeof value === "object") return value.length === 1 ? new Float32Array(channels).fill(value[0]!) : value;
  const values = new Float32Array(channels * area);
  normal(values, 0, 1, generator);
  return values;
}

function erase(image: Image, { row, column, height, width, values }: Rectangle): Image {
  const data = image.data.slice();
  const perChannel = values.length === image.channels;
  let at = 0;
  for (let channel = 0; channel < image.channels; channel++) {
    for (let y = row; y < row + height; y++) {
      const start = (channel * image.height + y) * image.width;
      for (let x = column; x < column + width; x++, at++) data[start + x] = values[perChannel ? channel : at]!;
    }
  }
  return { ...image, data };
}
