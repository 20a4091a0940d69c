/** Changes what TypeDoc has read before it writes the pages. */
import { Converter, type Application, type CommentDisplayPart, type Context, type ProjectReflection } from "typedoc";
import { improveComments } from "./comments.js";
import { Imports } from "./examples.js";
import { declarationsOf, dropThis, isUncommented, showMembers } from "./members.js";
import type { Surface } from "./public-names.js";

export function present(app: Application, { exports }: Surface): void {
  let uncommented = new Set<ReturnType<typeof declarationsOf>[number]>();
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }: Context) => {
    const all = declarationsOf(project);
    all.forEach(dropThis);
    uncommented = new Set(all.filter(isUncommented));
  });
  const change = (context: Context): void => {
    showMembers(context, uncommented);
    improveComments(context.project, new Imports(exports));
    context.project.readme = startPage(context.project);
  };
  // This runs after TypeDoc has found the inheritance, and before it groups members.
  app.converter.on(Converter.EVENT_RESOLVE_END, change, -50);
}

/** The import paths, each with what its module says. */
function startPage({ children = [] }: ProjectReflection): CommentDisplayPart[] {
  const intro = "The public names, by the path from which they are imported. Examples state results in comments.\n\n";
  const lines = children.flatMap((module): CommentDisplayPart[] => [
    { kind: "text", text: "- " },
    { kind: "inline-tag", tag: "@linkcode", text: module.name, target: module },
    { kind: "text", text: ": " },
    ...(module.comment?.summary ?? []),
    { kind: "text", text: "\n" },
  ]);
  return [{ kind: "text", text: intro }, ...lines];
}
