/** Padding: the padded tensor gets memory, and its input is written into the inner part of that. */
import type { Node } from "../../graph/node.js";
import type { Border } from "../../kernels/loop-nest.js";
import type { BufferView } from "../../kernels/views.js";
import type { PadAttrs } from "../../ops/index.js";
import type { PlanContext } from "./plan-context.js";

export function planPad(node: Node<PadAttrs>, context: PlanContext): BufferView {
  const output = context.home(node);
  context.copyWithBorder(node.inputs[0]!, innerPart(node, output), borderOf(node, output));
  return output;
}

/** The part of a padded tensor that holds the input. */
export function innerPart(pad: Node<PadAttrs>, output: BufferView): BufferView {
  const { before, interior } = pad.attrs;
  const { shape } = pad.inputs[0]!;
  return {
    buffer: output.buffer,
    shape,
    strides: output.strides.map((stride, axis) => stride * (interior[axis]! + 1)),
    offset: before.reduce((offset, from, axis) => offset + from * output.strides[axis]!, 0),
    // Whole vectors may be written only if the axis that they lie along has no border.
    padded: output.strides.every((stride, axis) => stride !== 1 || pad.shape[axis] === shape[axis]),
  };
}

export function borderOf(pad: Node<PadAttrs>, output: BufferView): Border {
  return { value: pad.attrs.value, around: output, inner: innerPart(pad, output) };
}
