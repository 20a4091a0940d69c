import { last, MANY_DEAD } from "../progress.js";
import type { Sign } from "../sign.js";

export const sign: Sign = {
  name: "dead ReLUs",
  look: ({ epochs }) => {
    const { epoch, health } = last(epochs);
    const relus = health?.relus ?? [];
    const shares = relus.map(({ units, dead }) => dead / units);
    const worst = Math.max(0, ...shares);
    if (worst < MANY_DEAD) return undefined;
    const place = shares.indexOf(worst);
    const { units, dead } = relus[place]!;
    const channels = units === 1 ? "the only channel" : `${dead} of the ${units} channels`;
    const verb = dead === 1 ? "is" : "are";
    const text = `${channels} of ReLU ${place + 1} of ${relus.length} ${verb} zero for every image tried after epoch ${epoch}: lower the learning rate, or put batch norm before it if there is none`;
    return { text, hopeless: false };
  },
};
