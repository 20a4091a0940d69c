/** Commands as users type them: in the form in which they started the program, and quoted for their shell. */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";

/** What tells how a program was started. */
export interface Start {
  /** The file that Node runs, as the shell found it. */
  readonly file: string | undefined;
  readonly nodeOptions: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly cwd: string;
  readonly exists: (file: string) => boolean;
}

const here: Start = {
  file: process.argv[1],
  nodeOptions: process.execArgv,
  env: process.env,
  platform: process.platform,
  cwd: process.cwd(),
  exists: fs.existsSync,
};

/** What the library's messages write, which cannot know how a program was started. */
const WRITTEN = "npx kilograd";

/** The beginning of any command, such as `npx kilograd` or `node dist/cli/main.js`. */
export function programName({ file, nodeOptions, env, platform, cwd, exists }: Start = here): string {
  const parts = file?.replaceAll("\\", "/").split("/") ?? [];
  const [name, parent] = [parts.at(-1) ?? "", parts.at(-2)];
  if (env["npm_lifecycle_event"] === "npx" || isNpmStart(env) || parent === ".bin") return WRITTEN;
  if (name === "kilograd") return name;
  if (parts.slice(-2).join("/") !== "cli/main.js" && parts.slice(-2).join("/") !== "cli/main.ts") return WRITTEN;
  if (platform === "win32") {
    // There, a .cmd file calls Node with the program's own path.
    const modules = /^(.*)[\\/]node_modules[\\/]kilograd[\\/]/.exec(file!)?.[1];
    if (modules !== undefined && exists(`${modules}/kilograd.cmd`)) return "kilograd";
    if (modules !== undefined && exists(`${modules}/node_modules/.bin/kilograd.cmd`)) return WRITTEN;
  }
  const relative = path.relative(cwd, file!);
  const shorter = relative.length < file!.length ? relative : file!;
  if (name.endsWith(".ts")) return `npx tsx ${quoted(shorter, platform)}`;
  return ["node", ...[...nodeOptions, shorter].map((word) => quoted(word, platform))].join(" ");
}

/** `npm start` in a clone; a package may have a start script of its own. */
function isNpmStart(env: Start["env"]): boolean {
  return env["npm_lifecycle_event"] === "start" && env["npm_lifecycle_script"] === "node scripts/start.mjs";
}

/**
 * A command to type next. Values in it are quoted. A value alone is a path or a name, which is not taken for an option;
 * a list has whole words, options among them.
 * @example ownCommand`evaluate ${folder}` // npx kilograd evaluate 'runs/my first'
 */
export function ownCommand(literals: TemplateStringsArray, ...values: readonly Typed[]): string {
  return ownCommandFrom(here, literals, ...values);
}

type Typed = string | readonly string[];

/** Like `ownCommand`, for a program that was started in this way. */
export function ownCommandFrom(start: Start, literals: TemplateStringsArray, ...values: readonly Typed[]): string {
  const { env, cwd, platform } = start;
  // npm changes to the package's folder. What it starts finds relative paths from there, and other commands do not.
  const moved = isNpmStart(env) && env["INIT_CWD"] !== undefined && path.relative(env["INIT_CWD"], cwd) !== "";
  const written = (value: Typed): string => {
    if (typeof value !== "string") return value.map((word) => quoted(word, platform)).join(" ");
    const place = value.startsWith("-") ? `./${value}` : value;
    return quoted(moved ? path.resolve(cwd, place) : place, platform);
  };
  const words = literals.reduce((text, literal, i) => text + written(values[i - 1]!) + literal);
  return inOwnForm(start, words);
}

function inOwnForm(start: Start, words: string): string {
  if (!isNpmStart(start.env) || !/^train\b/.test(words)) return `${programName(start)} ${words}`;
  return words === "train" ? "npm start" : words.replace(/^train/, "npm start --");
}

/** One word for the user's shell. Quotes that both cmd and PowerShell know go round more than a POSIX shell needs. */
function quoted(word: string, platform: string): string {
  if (platform === "win32") return /^[\w:.\\/=+-]+$/.test(word) ? word : `"${word}"`;
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A text of the library, with its commands in the form in which the program was started. */
export function withOwnCommands(text: string): string {
  return text.replaceAll(WRITTEN, programName());
}

/** Commands with what each does; the explanations stand below each other. */
export function commandLines(lines: readonly (readonly [command: string, meaning: string])[]): string {
  const explained = lines.filter(([, meaning]) => meaning !== "");
  const width = Math.max(0, ...explained.map(([command]) => command.length)) + 4;
  return lines.map(([command, meaning]) => `  ${command.padEnd(width)}${meaning}`.trimEnd()).join("\n");
}

/** The end of a command's help. The words are what follows the program's name. */
export function examples(lines: readonly (readonly [words: string, meaning?: string])[]): string {
  return `\nExamples:\n${commandLines(lines.map(([words, meaning = ""]) => [inOwnForm(here, words), meaning]))}`;
}
