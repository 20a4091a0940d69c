/** The figures of networks in other people's styles, counted again from what their layers are given and return. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { classicNetworks } from "../../test/advice/networks/classic.js";
import { mobileNetworks } from "../../test/advice/networks/mobile.js";
import { modernNetworks } from "../../test/advice/networks/modern.js";
import { residualNetworks } from "../../test/advice/networks/residual.js";
import { Conv2d, Linear } from "../nn/index.js";
import type { Tensor } from "../tensor/tensor.js";
import { inspectNetwork } from "./inspect.js";

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
const networks = { ...classicNetworks, ...mobileNetworks, ...modernNetworks, ...residualNetworks };

for (const [name, { make, input = [1, 28, 28] }] of Object.entries(networks)) {
  test(`${name}: parameters and multiply-adds, counted again`, () => {
    const network = make();
    let [counted, calls] = [0, 0];
    for (const module of network.modules()) {
      if (!(module instanceof Conv2d) && !(module instanceof Linear)) continue;
      module.registerForwardHook((_, __, output) => {
        const [, ...image] = (output as Tensor).shape;
        const [, ...weights] = module.weight.shape;
        counted += product(image) * product(weights);
        calls++;
      });
    }
    const { layers, multiplyAdds, parameters } = inspectNetwork(network, input);
    const modules = layers.filter(({ name }) => name === "Conv2d" || name === "Linear");
    assert.equal(
      parameters,
      [...network.parameters()].reduce((sum, { shape }) => sum + product(shape), 0),
    );
    assert.equal(modules.length, calls);
    assert.equal(
      modules.reduce((sum, layer) => sum + layer.multiplyAdds, 0),
      counted,
    );
    // What is computed without a module (attention, weights of one's own) comes on top.
    assert.ok(multiplyAdds >= counted);
  });
}
