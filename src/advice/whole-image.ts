/** Which layers have seen the whole image at each of their positions. */
import type { Layer } from "../inspect/layer.js";
import type { Network, Placed } from "./network.js";

/** For each layer of which every value has seen the whole image, on whichever way through the network. */
export function seesWholeImage(network: Network): (layer: Placed) => boolean {
  const images = network.all("input").filter(({ field }) => field);
  const sizes = [0, 1].map((side) => Math.max(0, ...images.map(({ field }) => field![side]!.count)));
  const least = [0, 1].map((side) => leastSizes(network, side));
  return ({ field, position }) =>
    !!field &&
    field.every(({ jump, start, count }, side) => {
      const half = least[side]!.get(position)! / 2;
      const last = start + (count - 1) * jump;
      return sizes[side]! > 0 && last - half <= 0 && start + half >= sizes[side]!;
    });
}

/**
 * The size of the field on the way that sees least, where the layer's own field is that of the way that sees most:
 * beside each residual block, its input goes on as it is.
 */
function leastSizes(network: Network, side: number): ReadonlyMap<number, number> {
  const own = ({ field }: Layer): number => field?.[side]!.size ?? 0;
  const least = new Map<number, number>();
  for (const layer of network.layers) {
    const before = network.before(layer);
    const growth = own(layer) - Math.max(0, ...before.map(own));
    const smallest = before.map(({ position }) => least.get(position) ?? 0);
    least.set(layer.position, before.length === 0 ? own(layer) : Math.min(...smallest) + growth);
  }
  return least;
}
