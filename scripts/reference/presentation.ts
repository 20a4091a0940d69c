/** Changes what TypeDoc has read before it writes the pages. */
import {
  Converter,
  ReflectionKind,
  type Application,
  type CommentDisplayPart,
  type Context,
  type ParameterReflection,
  type ProjectReflection,
} from "typedoc";
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
    shortenRests(context.project);
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

/**
 * Shows the options alone as the type of rest parameters that may be given by position or by name. TypeDoc would list each
 * number of positions; the description says their order.
 */
function shortenRests(project: ProjectReflection): void {
  for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter) as ParameterReflection[]) {
    const [shortest] = parameter.type?.type === "union" ? parameter.type.types : [];
    const [only] = shortest?.type === "tuple" ? shortest.elements : [];
    if (parameter.flags.isRest && only?.type === "namedTupleMember") parameter.type = only.element;
  }
}
