import type { AdviceRule } from "../rule.js";

const MANY_KERNELS = 32;

export const rule: AdviceRule = {
  name: "too-many-kernels",
  meaning: "Kernels cost most on the large maps of the first layers, where there is least to tell apart.",
  suggestion: "Start with 8 or 16 kernels, and add more as the maps get smaller.",
  find: (network) => {
    const [costliest] = network.all("conv").sort((a, b) => b.multiplyAdds - a.multiplyAdds);
    const total = network.inspection.multiplyAdds;
    if (!costliest || costliest.outChannels <= MANY_KERNELS || costliest.multiplyAdds < total / 3) return [];
    const share = Math.round((100 * costliest.multiplyAdds) / total);
    const reason = `its ${costliest.outChannels} kernels take ${share} % of the network's multiply-adds`;
    return [{ layer: costliest.position, reason }];
  },
};
