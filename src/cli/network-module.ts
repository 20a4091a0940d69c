/** Loads a network's module, and finds the places of errors in it. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { KilogradError } from "../entries/index.js";
import { nameHint } from "./name-hint.js";
import { entryAddress } from "./own-entries.js";

/** A module as text. */
export interface ModuleText {
  readonly code: string;
  /** The file that errors name: the source, or the copy in a run. */
  readonly file: string;
  /** The source map of `code`, with absolute sources. */
  readonly map?: string;
}

/** How many lines of a stack to keep: those of a network are below those of the layers that it calls. */
const STACK = 60;

/** What errors name instead of the temporary files that modules are loaded from. */
const shownAs = new Map<string, string>();
/** The files that users have written. */
const written = new Set<string>();

/**
 * Evaluates a module, in which `kilograd` is the copy that is running. Each call evaluates it anew.
 * @throws KilogradError with the error's place if the module throws one
 */
export async function loadModule({ code, file, map }: ModuleText): Promise<Record<string, unknown>> {
  Error.stackTraceLimit = Math.max(Error.stackTraceLimit, STACK);
  (process as { setSourceMapsEnabled?: (on: boolean) => void }).setSourceMapsEnabled?.(true);
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-network-")));
  const place = path.join(folder, "network.mjs");
  shownAs.set(place, file);
  written.add(file);
  fs.writeFileSync(place, withOwnEntries(code) + (map === undefined ? "" : mapComment(map)));
  try {
    return (await import(pathToFileURL(place).href)) as Record<string, unknown>;
  } catch (error) {
    throw failureOf(error, file);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** Replaces the names of entries in a bundle's imports by the addresses of the files that are running. */
function withOwnEntries(code: string): string {
  return code.replace(
    /(\bfrom |\bimport |\bimport\()"(kilograd(?:\/[\w/]+)?)"/g,
    (all, before: string, name: string) => {
      const address = entryAddress(name);
      return address === undefined ? all : `${before}${JSON.stringify(address)}`;
    },
  );
}

/** A source map as a comment, with addresses as sources. */
function mapComment(text: string): string {
  const map = JSON.parse(text) as { sources: string[] };
  for (const file of map.sources) written.add(file);
  const sources = map.sources.map((file) => pathToFileURL(file).href);
  const encoded = Buffer.from(JSON.stringify({ ...map, sources })).toString("base64");
  return `\n//# sourceMappingURL=data:application/json;base64,${encoded}\n`;
}

/** An error of a network's own code as one of ours, with its place; other errors as they are. */
export function failureOf(error: unknown, file: string): unknown {
  if (error instanceof KilogradError) return error;
  if (!(error instanceof Error)) return new KilogradError({ op: "net", problem: `${file} throws ${String(error)}` });
  const missing = /does not provide an export named '([^']+)'/.exec(error.message)?.[1];
  const meant = nameHint(error);
  if (missing !== undefined) {
    const problem = `${file} imports ${missing} from kilograd, which has no such export`;
    return new KilogradError({ op: "net", problem, hint: meant ?? "mend the name" }, { cause: error });
  }
  // The translation writes names from imports as _kilograd.F, or as (0, _kilograd.cat) where they are called.
  const message = error.message.replace(/\(0 ?, ?_\w+\.(\w+)\)|\b_kilograd\w*\.(?=\w)/g, "$1").replace(/\.$/, "");
  const problem = `${innermostPlace(error)?.text ?? file}: ${error.name}: ${message}`;
  return new KilogradError({ op: "net", problem, hint: meant ?? "mend the network's file" }, { cause: error });
}

/** An error that a network's own code has thrown, as one of ours; undefined if the error comes from elsewhere. */
export function networkFailure(error: Error): KilogradError | undefined {
  return innermostPlace(error)?.first ? (failureOf(error, "") as KilogradError) : undefined;
}

/**
 * The innermost place of an error's stack in a file that a user has written, such as `my-net.ts:7:12`, and whether the
 * error was thrown there.
 */
export function innermostPlace({ stack = "" }: Error): { readonly text: string; readonly first: boolean } | undefined {
  const frames = [...stack.matchAll(/^ +at .*?\(?((?:file:\/\/)?(?:\/|[A-Z]:[\\/])[^()\n]*?):(\d+):(\d+)\)?$/gm)];
  for (const [index, [, address, line, column]] of frames.entries()) {
    const file = address!.startsWith("file:") ? fileURLToPath(address!) : address!;
    const name = shownAs.get(file) ?? file;
    if (written.has(name)) return { text: `${shorter(name)}:${line}:${column}`, first: index === 0 };
  }
  return undefined;
}

/** A path from the working folder, if that is shorter. */
function shorter(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.length < file.length && !relative.startsWith("..") ? relative : file;
}
