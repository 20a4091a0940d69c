/** Changes comments: examples get their imports, and PyTorch's names and kilograd's errors become links. */
import { ReflectionKind, type CommentDisplayPart, type ProjectReflection, type Reflection } from "typedoc";
import { codeOf, type Imports } from "./examples.js";
import { declarationsOf } from "./members.js";
import { pytorchAddress } from "./pytorch-links.js";

export function improveComments(project: ProjectReflection, imports: Imports): void {
  const isError = ({ kind, name }: Reflection): boolean => kind === ReflectionKind.Class && name.endsWith("Error");
  const errors = new Map(declarationsOf(project).flatMap((one) => (isError(one) ? [[one.name, one]] : [])));
  for (const one of Object.values(project.reflections)) {
    if (!one.comment) continue;
    one.comment.summary = one.comment.summary.map(linkPytorch);
    for (const tag of one.comment.blockTags) {
      if (tag.tag === "@example") addImports(tag.content, one, imports);
      if (tag.tag === "@throws") tag.content = tag.content.flatMap((part) => linkErrors(part, errors));
    }
  }
}

/** The path from which a name is imported, which is that of its module. */
function importPathOf(one: Reflection): string {
  for (let at: Reflection | undefined = one; at; at = at.parent) if (at.kind === ReflectionKind.Module) return at.name;
  return "kilograd";
}

function addImports(content: readonly CommentDisplayPart[], of: Reflection, imports: Imports): void {
  for (const part of content) {
    if (part.kind !== "code" || !part.text.startsWith("```")) continue;
    const code = codeOf(part.text);
    const [own, rest] = [code.match(/^import .*$/gm) ?? [], code.replace(/^import .*\n/gm, "")];
    part.text = ["```ts", ...own, ...imports.for(code, importPathOf(of)), "", rest, "```"].join("\n");
  }
}

function linkPytorch(part: CommentDisplayPart): CommentDisplayPart {
  const text = part.kind === "code" ? part.text.replaceAll("`", "") : "";
  const target = pytorchAddress(text);
  return target === undefined ? part : { kind: "inline-tag", tag: "@linkcode", text, target };
}

function linkErrors(part: CommentDisplayPart, errors: ReadonlyMap<string, Reflection>): CommentDisplayPart[] {
  if (part.kind !== "text") return [part];
  return part.text.split(/\b(\w+Error)\b/).map((text): CommentDisplayPart => {
    const target = errors.get(text);
    return target ? { kind: "inline-tag", tag: "@linkcode", text, target } : { kind: "text", text };
  });
}
