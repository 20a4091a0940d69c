import { area } from "../network.js";
import type { AdviceRule } from "../rule.js";

/** In images with one channel there is less to tell apart than in colour images. */
const MANY_KERNELS = { one: 32, more: 64 } as const;
/** A map of at least this share of the image's size is a large one. */
const LARGE = 1 / 2;

export const rule: AdviceRule = {
  name: "too-many-kernels",
  meaning: "Kernels cost most on the large maps of the first layers, where there is least to tell apart.",
  suggestion: "Start with 8 or 16 kernels, and add more as the maps get smaller.",
  find: (network) => {
    const [costliest] = network.all("conv").sort((a, b) => b.multiplyAdds - a.multiplyAdds);
    const total = network.inspection.multiplyAdds;
    const channels = Math.max(...network.all("input").map(({ outputs }) => outputs[0]![0]!));
    if (!costliest || costliest.outChannels <= MANY_KERNELS[channels === 1 ? "one" : "more"]) return [];
    const side = Math.max(...(area(costliest) ?? [0]));
    if (costliest.multiplyAdds < total / 3 || side < LARGE * network.imageSize) return [];
    const share = Math.round((100 * costliest.multiplyAdds) / total);
    const reason = `its ${costliest.outChannels} kernels take ${share} % of the network's multiply-adds`;
    return [{ layer: costliest.position, reason }];
  },
};
