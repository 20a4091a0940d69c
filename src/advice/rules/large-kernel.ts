import type { LayerOf } from "../../inspect/layer.js";
import { thousands } from "../../text/thousands.js";
import { cutsPatches, isDepthwise, spansItsInput, type Network, type Placed } from "../network.js";
import type { AdviceRule } from "../rule.js";

const LARGE_IMAGE = 64;
const NUMBERS = ["no", "one", "two", "three", "four", "five", "six"];

export const rule: AdviceRule = {
  name: "large-kernel",
  meaning:
    "Two 3×3 convolutions see as much as a 5×5 convolution, with one more non-linearity and usually with fewer weights.",
  suggestion: "Replace it with 3×3 convolutions: two for 5×5, three for 7×7.",
  find: (network) =>
    network
      .all("conv")
      .filter(({ kernel, shares }) => shares === null && Math.max(...kernel) >= 5 && Math.min(...kernel) > 1)
      .filter((layer) => !spansItsInput(network, layer) && !isDepthwise(layer) && !isStem(network, layer))
      .map((layer) => ({ layer: layer.position, reason: compare(layer) })),
};

/** Compares the kernel with 3×3 convolutions that see as much, whose channels change in even steps. */
function compare({ kernel, inChannels, outChannels, groups }: LayerOf<"conv">): string {
  const layers = Math.ceil((Math.max(...kernel) - 1) / 2);
  const channels = Array.from({ length: layers + 1 }, (_, i) =>
    Math.round(inChannels + ((outChannels - inChannels) * i) / layers),
  );
  const own = (kernel[0] * kernel[1] * inChannels * outChannels) / groups;
  const theirs = channels.slice(1).reduce((sum, to, i) => sum + (9 * channels[i]! * to) / groups, 0);
  const others = `${NUMBERS[layers] ?? layers} 3×3 convolutions`;
  if (theirs >= own) {
    const more = layers === 2 ? "one more non-linearity" : `${NUMBERS[layers - 1] ?? layers - 1} more non-linearities`;
    return `${others} see as much as its ${kernel.join("×")} kernel, with ${more}`;
  }
  const [many, few] = [own, Math.round(theirs)].map(thousands);
  return `its ${kernel.join("×")} kernel has ${many} weights; ${others} (${channels.join("→")}) have ${few}`;
}

/** A first layer that makes a large image much smaller, as in ResNet, or that cuts it into patches. */
function isStem(network: Network, layer: Placed<LayerOf<"conv">>): boolean {
  const { stride } = layer;
  return cutsPatches(layer) || (stride.every((step) => step > 1) && network.imageSize >= LARGE_IMAGE);
}
