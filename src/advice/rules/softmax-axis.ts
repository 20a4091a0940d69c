import type { LayerOf } from "../../inspect/layer.js";
import type { Network, Placed } from "../network.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "softmax-axis",
  meaning: "A softmax makes the values along its axis add up to 1, so the axis has to be that of the classes.",
  suggestion: "Apply it to axis 1 of outputs [N, classes]: F.logSoftmax(x, 1).",
  find: (network) =>
    network.all("softmax").flatMap((layer) => {
      const mistake = mistakeOf(network, layer);
      return mistake === undefined ? [] : [{ layer: layer.position, reason: mistake }];
    }),
};

function mistakeOf(network: Network, layer: Placed<LayerOf<"softmax">>): string | undefined {
  const { axis, batchAxis } = layer;
  const sizes = layer.outputs[0]!;
  if (axis === batchAxis) return "it compares the images of the batch with each other, not the classes of an image";
  // The sizes are those of one image, so they begin with axis 1.
  const size = sizes[axis - 1];
  if (size === 1) return `its axis ${axis} has a single element, so every likelihood is 1, whatever the network says`;
  const isLast = network.ends.some((end) =>
    network.nearestBefore(end, ({ kind }) => kind !== "reshape", true).includes(layer),
  );
  if (!isLast || sizes.length !== 3 || axis === 1) return undefined;
  return `it compares the ${size} positions along the ${axis === 2 ? "height" : "width"} of a map, not the ${sizes[0]} classes`;
}
