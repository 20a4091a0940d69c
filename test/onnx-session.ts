/** Runs ONNX models by onnxruntime: an implementation that is not ours. */
import * as ort from "onnxruntime-node";
import { sizeOf, type Shape } from "../src/graph/shape.js";

/** What a model with one input and one output gives. */
export interface OnnxSession {
  readonly output: string;
  run(images: Float32Array | Uint8Array, shape: Shape): Promise<{ shape: readonly number[]; data: Float32Array }>;
}

/** One thread, and no rewriting of the graph: what was written is what runs. */
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
