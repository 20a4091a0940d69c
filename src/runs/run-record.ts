/** The content of a run's config.json, from which a browser, too, learns the run's network and images. */
import * as z from "zod";
import { DataError } from "../errors/errors.js";
import { parseConfig, type TrainConfig } from "../config/config.js";
import type { ImageInfo } from "./datasets.js";

/** The hint in errors about a folder that is not a run. */
export const RUN_HINT = "give the folder of a run that `kilograd train` has written, such as runs/…";

const recordSchema = z.strictObject({
  config: z.looseObject({}),
  /** SHA-256 of the data files, by their names. */
  data: z.record(z.string(), z.string()),
  images: z.strictObject({
    size: z.array(z.int().min(1)).length(3),
    mean: z.number(),
    std: z.number().positive(),
    classes: z.array(z.string()),
  }),
  versions: z.strictObject({ kilograd: z.string(), node: z.string() }),
});

/** The content of a run's config.json. */
export interface RunRecord {
  /** All settings. */
  readonly config: TrainConfig;
  /** The SHA-256 of the data files, by their names. */
  readonly data: Readonly<Record<string, string>>;
  /** Facts about the images. */
  readonly images: ImageInfo;
  /** The versions of kilograd and Node that started the run. */
  readonly versions: Readonly<Record<"kilograd" | "node", string>>;
}

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
    return { ...result.data, config: parseConfig(result.data.config) };
  } catch (error) {
    throw new DataError({ op: "run", problem: `${file}: ${(error as Error).message}` }, { cause: error });
  }
}
