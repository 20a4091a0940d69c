/** TensorFlow.js as a peer, for training, on its plain CPU backend, because its WASM backend has no gradients for convolutions. */
import * as tf from "@tensorflow/tfjs";
import { readCase } from "../case-file.ts";
import { serve } from "../harness/serve.ts";
import { positionsOf } from "../network.ts";

const EPSILON = 1e-5;

/** A case's tensors, channels last, the only layout its convolutions support. */
function read(file) {
  const channelsLast = { weight: [2, 3, 1, 0], images: [0, 2, 3, 1] };
  return (name) => {
    const { data, shape } = readCase(file).get(name);
    const order = shape.length === 4 ? channelsLast[name.split(".").pop()] : undefined;
    const values = tf.tensor(data, shape);
    return order ? tf.transpose(values, order) : values;
  };
}

/** Batch norm over batch and positions, then ReLU. Running statistics are only for evaluation, so they are not computed. */
function normalize(x, scale, shift) {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  return tf.relu(tf.batchNorm(x, mean, variance, shift, scale, EPSILON));
}

await serve(`@tensorflow/tfjs ${tf.version_core}, CPU`, async ({ layers, file, lr, momentum, checkSteps }) => {
  await tf.setBackend("cpu");
  const get = read(file);
  const images = get("images");
  const targets = tf.oneHot(get("labels"), 10);
  const variables = new Map();
  const positions = positionsOf(layers);
  layers.forEach(({ norm }, i) => {
    const modules = norm ? [positions[i], positions[i] + 1] : [positions[i]];
    for (const name of modules.flatMap((module) => [`${module}.weight`, `${module}.bias`])) {
      variables.set(name, tf.variable(get(name)));
    }
  });
  const loss = () => {
    let x = images;
    layers.forEach(({ padding, norm, pool }, i) => {
      const parameter = (place, kind) => variables.get(`${positions[i] + place}.${kind}`);
      x = tf.add(tf.conv2d(x, parameter(0, "weight"), 1, padding === 0 ? "valid" : "same"), parameter(0, "bias"));
      if (norm) x = normalize(x, parameter(1, "weight"), parameter(1, "bias"));
      if (pool === "max") x = tf.maxPool(x, 2, 2, "valid");
      if (pool === "average") x = tf.mean(x, [1, 2], true);
    });
    const logits = tf.reshape(x, [-1, 10]);
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), targets), 1)));
  };
  const optimizer = tf.train.momentum(lr, momentum);
  const step = () => {
    const value = optimizer.minimize(loss, true, [...variables.values()]);
    const [number] = value.dataSync();
    value.dispose();
    return number;
  };
  return { step, check: () => ({ values: { losses: Array.from({ length: checkSteps }, step) } }) };
});
