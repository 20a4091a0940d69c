/** ONNX models whose elements lie in files beside them. */
import { callback, text } from "../../errors/kinds.js";
import { bytes } from "../../errors/record-kinds.js";
import { Signature, required } from "../../errors/signature.js";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, TensorProto_DataLocation } from "onnx-buf";
import { DataError } from "../../errors/errors.js";
import { externalBytes, isExternal } from "./tensor-proto.js";

const ofEmbedExternalData = new Signature("embedExternalData", [
  required("bytes", bytes),
  required("file", text("the file's name")),
  required("read", callback),
]);

/**
 * Puts the elements that an ONNX model has in other files into the model itself.
 * @param bytes the content of the model's file
 * @param file its name, for errors
 * @param read reads a file in the model's folder. It gets the name that the model gives, which is checked to have no `..`
 *   and not to begin at a root
 * @returns the model in one piece; the given bytes if it is that already, or is not a model
 * @throws DataError if such a file lies elsewhere or is too short, or whatever `read` throws
 * @example
 * const model = exportOnnx(new nn.Linear(2, 1), [2]);
 * embedExternalData(model, "model.onnx", () => new Uint8Array(0)) === model; // true
 */
export function embedExternalData(bytes: Uint8Array, file: string, read: (location: string) => Uint8Array): Uint8Array {
  ofEmbedExternalData.read(arguments);
  const model = parsed(bytes);
  const outside = model?.graph?.initializer.filter(isExternal) ?? [];
  if (!model || outside.length === 0) return bytes;
  for (const proto of outside) {
    const refuse = (problem: string): never => {
      throw new DataError({ op: "onnx", problem: `${file}: initializer "${proto.name}": ${problem}` });
    };
    proto.rawData = new Uint8Array(externalBytes(proto, refuse, read));
    proto.externalData = [];
    proto.dataLocation = TensorProto_DataLocation.DEFAULT;
  }
  return toBinary(ModelProtoSchema, model);
}

function parsed(bytes: Uint8Array) {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch {
    return undefined; // importOnnx says what is wrong with it
  }
}
