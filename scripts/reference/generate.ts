/** Makes the reference with TypeDoc. presentation.ts removes internals that TypeDoc would show. */
import fs from "node:fs";
import path from "node:path";
import { Application, LogLevel, type TypeDocOptions } from "typedoc";
import { present } from "./presentation.js";
import { entryFiles, root, type Surface } from "./public-names.js";

const options: Partial<TypeDocOptions> = {
  name: "kilograd reference",
  basePath: root,
  tsconfig: path.join(root, "tsconfig.json"),
  readme: "none",
  entryPoints: [...entryFiles().values()].map((file) => path.join(root, file)),
  router: "structure",
  customCss: path.join(root, "scripts", "reference", "style.css"),
  disableSources: true,
  useFirstParagraphOfCommentAsSummary: true,
  excludePrivate: true,
  excludeProtected: true,
  excludeInternal: true,
  excludeExternals: true,
  hideGenerator: true,
  includeHierarchySummary: false,
  sort: ["kind", "source-order"],
  sortEntryPoints: false,
  kindSortOrder: [
    "Module",
    "Namespace",
    "Class",
    "Function",
    "Constructor",
    "Accessor",
    "Property",
    "Method",
    "Variable",
    "Interface",
    "TypeAlias",
    "Reference",
  ],
  groupOrder: [
    "Modules",
    "Namespaces",
    "Classes",
    "Functions",
    "Constructors",
    "Accessors",
    "Properties",
    "Methods",
    "Variables",
    "*",
  ],
  visibilityFilters: {},
  navigation: { includeCategories: false, includeGroups: false, includeFolders: false, compactFolders: false },
  validation: {
    notExported: true,
    invalidLink: true,
    invalidPath: true,
    rewrittenLink: true,
    notDocumented: false,
    unusedMergeModuleWith: true,
  },
};

export interface Generated {
  readonly pages: number;
  /** TypeDoc's warnings and errors. */
  readonly complaints: readonly string[];
}

/** Replaces the folder `out` with the current reference. */
export async function generateReference(out: string, surface: Surface): Promise<Generated> {
  const app = await Application.bootstrapWithPlugins({ ...options, out });
  const complaints: string[] = [];
  app.logger.log = (message, level) => {
    if (level >= LogLevel.Warn) complaints.push(message);
  };
  present(app, surface);
  const project = await app.convert();
  if (!project) return { pages: 0, complaints };
  app.validate(project);
  await app.generateDocs(project, out);
  const pages = fs.readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));
  return { pages: pages.length, complaints };
}
