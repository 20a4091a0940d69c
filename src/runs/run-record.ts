/** The content of a run's config.json, from which a browser, too, learns the run's network and images. */
import { anything } from "../errors/record-kinds.js";
import { text } from "../errors/kinds.js";
import { Signature, required } from "../errors/signature.js";
import * as z from "zod";
import { DataError } from "../errors/errors.js";
import type { Appearance } from "../data/appearance.js";
import { parseConfig, type TrainConfig } from "../config/config.js";
import type { ImageInfo } from "./datasets.js";

/** The hint in errors about a folder that is not a run. */
export const RUN_HINT = "give the folder of a run that `npx kilograd train` has written, such as runs/…";

const recordSchema = z.strictObject({
  config: z.looseObject({}),
  /** SHA-256 of the data files, by their names. */
  data: z.record(z.string(), z.string()),
  images: z.strictObject({
    size: z.array(z.int().min(1)).length(3),
    mean: z.number(),
    std: z.number().positive(),
    classes: z.array(z.string()),
    appearance: z
      .strictObject({
        border: z.strictObject({ mean: z.number(), least: z.number(), most: z.number() }),
        centred: z.boolean(),
      })
      .optional(),
  }),
  /** The network, unless it is a built-in one; runs of early versions do not have it. */
  network: z
    .strictObject({
      file: z.enum(["network.mjs", "network.onnx"]),
      sha256: z.string(),
      sources: z.record(z.string(), z.string()),
    })
    .optional(),
  versions: z.strictObject({ kilograd: z.string(), node: z.string() }),
});

/** How the images of datasets look whose runs did not record it in earlier versions. */
const APPEARANCES: Readonly<Record<string, Appearance>> = {
  mnist: { border: { mean: 0.0002, least: 0, most: 0.034 }, centred: true },
  "fashion-mnist": { border: { mean: 0.0485, least: 0, most: 0.422 }, centred: false },
};

/** A run's own copy of its network. */
export interface KeptNetwork {
  /** The file in the run's folder: an ES module that imports nothing but kilograd and Node's modules, or an ONNX model. */
  readonly file: "network.mjs" | "network.onnx";
  /** The SHA-256 of that file. */
  readonly sha256: string;
  /**
   * The SHA-256 of each file that the copy was made of, by its path from the folder of the configuration's `net`. None
   * for a copy of another run's network.
   */
  readonly sources: Readonly<Record<string, string>>;
}

/** The content of a run's config.json. */
export interface RunRecord {
  /** All settings. */
  readonly config: TrainConfig;
  /** The SHA-256 of the data files, by their names. */
  readonly data: Readonly<Record<string, string>>;
  /** Facts about the images. */
  readonly images: ImageInfo;
  /** The run's copy of its network. Missing for a built-in network, and in runs of early versions. */
  readonly network?: KeptNetwork | undefined;
  /** The versions of kilograd and Node that started the run. */
  readonly versions: Readonly<Record<"kilograd" | "node", string>>;
}

const ofParseRunRecord = new Signature("parseRunRecord", [
  required("json", anything),
  required("file", text("the file's name")),
]);

/**
 * Checks the content of a run's config.json.
 * @param json the parsed content
 * @param file the file's name, for errors
 * @returns the record
 * @throws DataError if it is not the record of a run
 * @example
 * import { readFileSync } from "node:fs";
 * const json: unknown = JSON.parse(readFileSync("runs/first/config.json", "utf8"));
 * parseRunRecord(json, "config.json").config.epochs; // 2
 */
export function parseRunRecord(json: unknown, file: string): RunRecord {
  ofParseRunRecord.read(arguments);
  const result = recordSchema.safeParse(json);
  if (!result.success) {
    const { path: at, message } = result.error.issues[0]!;
    throw new DataError({
      op: "run",
      problem: `${file} is not a run's record: ${at.join(".")}: ${message}`,
      hint: RUN_HINT,
    });
  }
  try {
    const { images, ...record } = result.data;
    const config = parseConfig(record.config);
    const appearance =
      images.appearance ?? (Object.hasOwn(APPEARANCES, config.data) ? APPEARANCES[config.data] : undefined);
    return { ...record, images: { ...images, appearance }, config };
  } catch (error) {
    throw new DataError({ op: "run", problem: `${file}: ${(error as Error).message}` }, { cause: error });
  }
}
