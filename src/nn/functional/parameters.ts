/** Parameters that a function shares with its layer. They follow those that only one of the two has. */
import { either, flag, integer, kind, only, oneOf, orNull, pairOf, size2d } from "../../errors/kinds.js";
import { optional } from "../../errors/signature.js";
import type { OutputSize2d } from "./size.js";

/** The parameters after the bias, in PyTorch's order. */
export const conv2dParameters = [
  optional("stride", size2d(1), 1),
  optional("padding", either(size2d(0), oneOf("same", "valid")), 0),
  optional("dilation", size2d(1), 1),
  optional("groups", integer(1), 1),
] as const;

/** The parameters after the window's size, in PyTorch's order. */
export const maxPool2dParameters = [
  optional("stride", size2d(1)),
  optional("padding", size2d(0), 0),
  optional("dilation", size2d(1), 1),
] as const;

/** The parameters after the window's size, without PyTorch's `ceil_mode` between padding and countIncludePad. */
export const avgPool2dParameters = [
  optional("stride", size2d(1)),
  optional("padding", size2d(0), 0),
  optional("ceilMode", only(false, "pad the image, so that its windows fit"), false),
  optional("countIncludePad", flag, true),
] as const;

const side = integer(1);
const bothSides = pairOf(orNull(side));

export const outputSize2d = kind<OutputSize2d>(
  "an integer of at least 1, or [height, width], null for the input's",
  (value) => side.accepts(value) || bothSides.accepts(value),
);
