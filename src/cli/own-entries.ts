/** The entries of the package kilograd, as files of the copy that is running. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of package.json: this file is two folders below it, in src as in dist. */
const root = new URL("../../", import.meta.url);
const runsFromSource = import.meta.url.endsWith(".ts");

type Entries = Readonly<Record<string, { readonly types: string; readonly default: string } | string>>;

function readEntries(): Map<string, URL> {
  const { exports } = JSON.parse(fs.readFileSync(new URL("package.json", root), "utf8")) as { exports: Entries };
  return new Map(
    Object.entries(exports).flatMap(([name, entry]) => {
      if (typeof entry === "string") return [];
      const source = entry.types.replace("./dist/", "./src/").replace(/\.d\.ts$/, ".ts");
      return [[`kilograd${name.slice(1)}`, new URL(runsFromSource ? source : entry.default, root)] as const];
    }),
  );
}

let entries: Map<string, URL> | undefined;

/** `kilograd`, `kilograd/data` and so on. */
export function entryNames(): string[] {
  return [...(entries ??= readEntries()).keys()];
}

/** The address of an entry. */
export function entryAddress(name: string): string | undefined {
  return (entries ??= readEntries()).get(name)?.href;
}

/** Whether a file belongs to the copy of kilograd that is running, rather than to its user. */
export function isOwnFile(file: string): boolean {
  const folder = path.relative(fileURLToPath(root), file).split(path.sep)[0]!;
  return folder === "dist" || folder === "src";
}
