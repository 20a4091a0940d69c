/** onnxruntime-node as a peer, for inference. */
import ort from "onnxruntime-node";
import { readCase } from "../case-file.ts";
import { serve } from "../harness/serve.ts";

await serve(`onnxruntime-node ${ort.env.versions.node}`, async ({ file, onnx, batchSize, threads }) => {
  const session = await ort.InferenceSession.create(onnx, {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  const { data, shape } = readCase(file).get("images");
  const [count, ...size] = shape;
  const stride = size.reduce((product, extent) => product * extent, 1);
  let next = 0;
  const step = async () => {
    if (next + batchSize > count) next = 0;
    const pixels = data.subarray(next * stride, (next + batchSize) * stride);
    next += batchSize;
    const { output } = await session.run({ images: new ort.Tensor("float32", pixels, [batchSize, ...size]) });
    return output.data;
  };
  return { step, check: async () => ({ values: { output: [...(await step())] } }) };
});
