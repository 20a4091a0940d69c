/**
 * Decides which members a page shows. A class shows its own members and those of base classes that are not public;
 * members that it inherits from a public class are on that class's page. An interface shows all its fields, because
 * most interfaces are options.
 */
import {
  DeclarationReflection,
  ReferenceType,
  ReflectionKind,
  type Context,
  type ProjectReflection,
  type Reflection,
  type SignatureReflection,
  type SomeType,
} from "typedoc";

export function declarationsOf(project: ProjectReflection): DeclarationReflection[] {
  return Object.values(project.reflections).filter((one) => one instanceof DeclarationReflection);
}

/** Removes the parameter `this`: `load(this: MnistClass, …)` is called as `MNIST.load(…)`. */
export function dropThis({ signatures = [] }: DeclarationReflection): void {
  for (const signature of signatures) {
    if (signature.parameters) signature.parameters = signature.parameters.filter(({ name }) => name !== "this");
  }
}

/** Whether a method has no comment of its own. It then overrides one that has, and TypeDoc shows that one's comment. */
export function isUncommented({ kind, signatures = [] }: DeclarationReflection): boolean {
  const comments = signatures.flatMap(({ comment }) => comment ?? []);
  const isOwn = comments.some(({ inheritedFromParentDeclaration }) => !inheritedFromParentDeclaration);
  return kind === ReflectionKind.Method && !isOwn;
}

type Bases = ReadonlyMap<Reflection, DeclarationReflection | undefined>;

export function showMembers(context: Context, uncommented: ReadonlySet<Reflection>): void {
  const { project } = context;
  const all = declarationsOf(project);
  const classes = all.filter(({ kind }) => kind === ReflectionKind.Class);
  const bases: Bases = new Map(classes.map((one) => [one, publicBase(one, context)]));
  for (const one of classes) {
    dropInherited(one, bases, project, uncommented);
    showBase(one, bases.get(one), project);
  }
  for (const one of all) if (one.kind & ReflectionKind.ClassOrInterface) forgetHiddenBases(one);
}

/** The nearest base class that has a page. */
function publicBase(one: DeclarationReflection, context: Context): DeclarationReflection | undefined {
  const checker = context.programs[0]!.getTypeChecker();
  let symbol = context.getSymbolFromReflection(one);
  while (symbol) {
    const [base] =
      (checker.getDeclaredTypeOfSymbol(symbol) as { getBaseTypes?: () => SomeBase[] }).getBaseTypes?.() ?? [];
    symbol = base?.symbol;
    const found = symbol && context.getReflectionFromSymbol(symbol);
    if (found instanceof DeclarationReflection) return found;
  }
  return undefined;
}

type SomeBase = { readonly symbol?: ReturnType<Context["getSymbolFromReflection"]> };

function dropInherited(
  owner: DeclarationReflection,
  bases: Bases,
  project: ProjectReflection,
  uncommented: ReadonlySet<Reflection>,
): void {
  const fileOf = (one: Reflection): string | undefined => project.getSymbolIdFromReflection(one)?.fileName;
  // Every layer can be called, like Module, but TypeDoc does not say that a call signature is inherited.
  for (const call of [...(owner.signatures ?? [])]) if (fileOf(call) !== fileOf(owner)) project.removeReflection(call);
  for (const member of [...(owner.children ?? [])]) {
    const isElsewhere = member.inheritedFrom && hasMember(bases.get(owner), member.name, bases);
    if (isElsewhere || uncommented.has(member)) project.removeReflection(member);
  }
}

function hasMember(base: DeclarationReflection | undefined, name: string, bases: Bases): boolean {
  if (!base) return false;
  return !!base.children?.some((member) => member.name === name) || hasMember(bases.get(base), name, bases);
}

/** Shows what a class extends, skipping classes that are not public. */
function showBase(
  one: DeclarationReflection,
  base: DeclarationReflection | undefined,
  project: ProjectReflection,
): void {
  delete one.typeHierarchy;
  if (!base) return;
  const typeOf = ({ name, id }: Reflection): SomeType => ReferenceType.createResolvedReference(name, id, project);
  one.typeHierarchy = { types: [typeOf(base)], next: { types: [typeOf(one)], isTarget: true } };
}

const isPublic = (type: SomeType): boolean =>
  !(type instanceof ReferenceType) || type.reflection !== undefined || type.package !== "kilograd";

function forgetHiddenBases(one: DeclarationReflection): void {
  if (one.kind === ReflectionKind.Interface) delete one.typeHierarchy;
  for (const key of ["extendedTypes", "implementedTypes", "extendedBy", "implementedBy"] as const) {
    const types = one[key]?.filter(isPublic);
    if (types?.length) Object.assign(one, { [key]: types });
    else delete one[key];
  }
  for (const member of one.children ?? []) for (const part of partsOf(member)) forgetHiddenOrigins(part);
}

function partsOf(member: DeclarationReflection): (DeclarationReflection | SignatureReflection)[] {
  const { signatures = [], getSignature, setSignature } = member;
  return [member, ...signatures, ...[getSignature, setSignature].filter((one) => one !== undefined)];
}

function forgetHiddenOrigins(one: DeclarationReflection | SignatureReflection): void {
  for (const key of ["inheritedFrom", "overwrites", "implementationOf"] as const) {
    if (!one[key]?.reflection) delete one[key];
  }
}
