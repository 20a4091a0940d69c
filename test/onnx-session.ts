/** Runs ONNX models in onnxruntime, an independent implementation. */
import * as ort from "onnxruntime-node";
import { sizeOf, type Shape } from "../src/graph/shape.js";

/** The output of a model with one input and one output. */
export interface OnnxSession {
  readonly output: string;
  run(images: Float32Array | Uint8Array, shape: Shape): Promise<{ shape: readonly number[]; data: Float32Array }>;
}

/** One thread and no graph optimisation, so the model runs as it was written. */
export async function openOnnx(bytes: Uint8Array): Promise<OnnxSession> {
  const session = await ort.InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: "disabled",
    logSeverityLevel: 3,
  });
  const [input, output] = [session.inputNames[0]!, session.outputNames[0]!];
  return {
    output,
    async run(images, shape) {
      if (images.length !== sizeOf(shape)) throw new Error("the images do not fill the shape");
      const fed = new ort.Tensor(images instanceof Uint8Array ? "uint8" : "float32", images, [...shape]);
      const result = (await session.run({ [input]: fed }))[output]!;
      return { shape: result.dims, data: Float32Array.from(result.data as Float32Array) };
    },
  };
}
