import { fieldSize, isSpatial } from "../network.js";
import type { AdviceRule } from "../rule.js";

export const rule: AdviceRule = {
  name: "field-complete-long-ago",
  meaning: "Convolutions that continue after every value has seen the whole image find nothing new to look at.",
  suggestion: "Remove the last ones, or a pooling, and spend the parameters on more kernels.",
  find: (network) => {
    const size = network.imageSize;
    if (size === 0) return [];
    const late = network.layers
      .filter(isSpatial)
      .filter((layer) => network.before(layer).every((one) => fieldSize(one) >= size));
    if (late.length < 2) return [];
    const [first] = late;
    const seen = fieldSize(network.before(first!)[0]!);
    const reason = `its input sees ${seen} of ${size} pixels, and ${late.length - 1} more ${late.length === 2 ? "convolution follows" : "convolutions follow"} it`;
    return [{ layer: first!.position, reason }];
  },
};
