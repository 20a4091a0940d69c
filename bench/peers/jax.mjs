/** jax-js as a peer, for training, on its WASM backend. Every use of an array except the last takes `.ref`. */
import { readFileSync } from "node:fs";
import { defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { readCase } from "../case-file.ts";
import { serve } from "../harness/serve.ts";
import { positionsOf } from "../network.ts";

const EPSILON = 1e-5;

/** Batch norm over batch and positions, then ReLU. Running statistics are only for evaluation, so they are not computed. */
function normalize(x, scale, shift) {
  const axes = [0, 2, 3];
  const mean = np.mean(x.ref, axes, { keepdims: true });
  const centred = x.sub(mean);
  const variance = np.mean(np.square(centred.ref), axes, { keepdims: true });
  const normed = centred.div(np.sqrt(variance.add(EPSILON)));
  return nn.relu(normed.mul(scale.reshape([1, -1, 1, 1])).add(shift.reshape([1, -1, 1, 1])));
}

function forward(layers, parameters, images) {
  let x = images;
  layers.forEach(({ padding, norm, pool }, i) => {
    const { weight, bias, scale, shift } = parameters[i];
    x = lax.convGeneralDilated(x, weight, [1, 1], padding === 0 ? "VALID" : "SAME");
    x = x.add(bias.reshape([1, -1, 1, 1]));
    if (norm) x = normalize(x, scale, shift);
    if (pool === "max") x = lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
    if (pool === "average") x = np.mean(x, [2, 3], { keepdims: true });
  });
  return nn.logSoftmax(x.reshape([-1, 10]), 1);
}

await init("wasm");
defaultDevice("wasm");
const manifest = new URL("../node_modules/@jax-js/jax/package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, "utf8"));

await serve(`@jax-js/jax ${version}, WASM`, ({ layers, file, lr, momentum, checkSteps }) => {
  const tensors = readCase(file);
  const get = (name) => {
    const { data, shape } = tensors.get(name);
    return np.array(data, { shape: [...shape], dtype: data instanceof Int32Array ? np.int32 : np.float32 });
  };
  const positions = positionsOf(layers);
  let parameters = layers.map(({ norm }, i) => {
    const at = positions[i];
    const convolution = { weight: get(`${at}.weight`), bias: get(`${at}.bias`) };
    return norm ? { ...convolution, scale: get(`${at + 1}.weight`), shift: get(`${at + 1}.bias`) } : convolution;
  });
  const images = get("images");
  const targets = nn.oneHot(get("labels"), 10);
  const loss = (weights, x, y) => np.mean(np.sum(forward(layers, weights, x).mul(y), 1)).neg();
  const gradient = jit(valueAndGrad(loss));
  let velocity;
  const update = jit((weights, velocities, gradients) => {
    const faster = tree.map((v, g) => v.mul(momentum).add(g), velocities, gradients);
    return [tree.map((p, v) => p.sub(v.mul(lr)), weights, tree.ref(faster)), faster];
  });
  const step = async () => {
    const [value, gradients] = gradient(tree.ref(parameters), images.ref, targets.ref);
    velocity ??= tree.map((g) => np.zerosLike(g), tree.ref(gradients));
    [parameters, velocity] = update(parameters, velocity, gradients);
    return (await value.data())[0];
  };
  return {
    step: async () => void (await step()),
    async check() {
      const losses = [];
      for (let i = 0; i < checkSteps; i++) losses.push(await step());
      return { values: { losses } };
    },
  };
});
