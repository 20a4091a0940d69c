/**
 * Unpacks the Chromium of @sparticuz/chromium into node_modules/.chromium, so that `npm ci` removes it with the
 * package. The package itself unpacks into the temporary folder, under fixed names, and would run files that another
 * user of the machine has put there. So it gets a new folder as its temporary folder.
 */
import { existsSync, lchownSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("node_modules/.chromium", import.meta.url));
const unfinished = `${folder}-unfinished`;

/** A font configuration, because the package's own one names /tmp. Without fonts, pages are shown without text. */
const fonts = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

if (!existsSync(folder)) {
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished);
  process.env.TMPDIR = unfinished;
  const { default: chromium, inflate } = await import("@sparticuz/chromium");
  await chromium.executablePath();
  await inflate(fileURLToPath(new URL("node_modules/@sparticuz/chromium/bin/al2023.tar.br", import.meta.url)));
  writeFileSync(path.join(unfinished, "fonts", "fonts.conf"), fonts);
  // As root, unpacking keeps the owners of the files in the archive.
  for (const name of readdirSync(unfinished, { recursive: true })) {
    lchownSync(path.join(unfinished, name), process.getuid(), process.getgid());
  }
  renameSync(unfinished, folder);
}
