import { Application } from "typedoc";
import { fileURLToPath } from "node:url";
import { readFileSync } from "node:fs";
const root = fileURLToPath(new URL("../..", import.meta.url));
const { exports } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as {
  exports: Record<string, string | { types: string }>;
};
const entryPoints = Object.values(exports).flatMap((t) =>
  typeof t === "string" ? [] : [t.types.replace("./dist/", "src/").replace(".d.ts", ".ts")],
);
const app = await Application.bootstrapWithPlugins({
  entryPoints,
  name: "kilograd",
  tsconfig: `${root}/tsconfig.json`,
  readme: "none",
  out: `${root}/reference`,
  excludePrivate: true,
  excludeProtected: true,
  excludeInternal: true,
  excludeExternals: true,
  disableSources: true,
  basePath: root,
});
const project = await app.convert();
if (!project) process.exit(1);
app.validate(project);
await app.generateOutputs(project);
console.log(app.logger.warningCount, app.logger.errorCount);
