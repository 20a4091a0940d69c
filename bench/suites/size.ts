/** Size: what a user of the core library downloads, minified and gzipped. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { digits, tabulate, type Column } from "../harness/table.js";
import type { Suite } from "./suite.js";

/** The part of esbuild used here. Its own types exist only once bench/ is installed. */
interface Esbuild {
  build(options: object): Promise<{ readonly outputFiles: readonly { readonly contents: Uint8Array }[] }>;
}

/** What is bundled, by its name in the table. esbuild keeps only what is used of the imports. */
const bundles: Readonly<Record<string, readonly string[]>> = {
  "core: tensor, graph, compiler, runtime, nn, optim": [
    `export {
      arange, cat, compile, configure, enableGrad, F, full, Generator, manualSeed, nn, noGrad, ones, optim, rand, randint,
      randn, randperm, stack, Tensor, tensor, zeros
    } from "./index.js"`,
  ],
  "all of kilograd": ['export * from "./index.js"'],
  "kilograd and kilograd/train": ['export * from "./index.js"', 'export * as train from "./train/index.js"'],
};

interface Row {
  readonly name: string;
  readonly minified: number;
  readonly gzipped: number;
}

const kilobytes = (bytes: number): string => digits(bytes / 1000);
const columns: readonly Column<Row>[] = [
  { title: "", align: "left", text: ({ name }) => name },
  { title: "minified, KB", text: ({ minified }) => kilobytes(minified) },
  { title: "and gzipped, KB", text: ({ gzipped }) => kilobytes(gzipped) },
];

export const size: Suite = async ({ tell }) => {
  const name = "esbuild";
  const esbuild = (await import(name)) as Esbuild;
  const rows: Row[] = [];
  for (const [name, lines] of Object.entries(bundles)) {
    tell(`size: ${name}`);
    const { outputFiles } = await esbuild.build({
      stdin: { contents: lines.join(";\n"), resolveDir: fileURLToPath(new URL("../../dist", import.meta.url)) },
      bundle: true,
      minify: true,
      write: false,
      format: "esm",
      target: "es2022",
      legalComments: "none",
      // esbuild warns about imports for side effects, but the package has none.
      logLevel: "error",
    });
    const [{ contents }] = outputFiles as [{ contents: Uint8Array }];
    rows.push({ name, minified: contents.length, gzipped: gzipSync(contents, { level: 9 }).length });
  }
  return [tabulate("Size (1 KB = 1,000 bytes)", columns, rows)];
};
