import { area, isSpatial } from "../network.js";
import type { AdviceRule } from "../rule.js";
import { seesWholeImage } from "../whole-image.js";

export const rule: AdviceRule = {
  name: "field-complete-long-ago",
  meaning: "Convolutions that continue after every value has seen the whole image find nothing new to look at.",
  suggestion: "Remove the last ones, or a pooling, and spend the parameters on more kernels.",
  find: (network) => {
    const isComplete = seesWholeImage(network);
    const late = network.layers.filter(isSpatial).filter((layer) => network.before(layer).every(isComplete));
    const [first, ...more] = late;
    if (!first || more.length === 0) return [];
    const positions = area(network.before(first)[0]!)!;
    const seen =
      positions[0] * positions[1] === 1 ? "its input has" : `all ${positions.join("×")} positions of its input have`;
    const follow = more.length === 1 ? "1 more convolution follows" : `${more.length} more convolutions follow`;
    return [{ layer: first.position, reason: `${seen} seen the whole image, and ${follow}` }];
  },
};
