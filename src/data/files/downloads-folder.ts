/** Where downloaded datasets are kept for all programs of a user, who need not say where they are. */
import { node } from "./node.js";

/** The user's folder for what can be downloaded again: `~/.cache/kilograd`, or what the system has instead. */
export function downloadsFolder(): string {
  const { env, platform } = node("process");
  const own = platform === "win32" ? env["LOCALAPPDATA"] : env["XDG_CACHE_HOME"];
  const path = node("path");
  return path.join(own && path.isAbsolute(own) ? own : path.join(node("os").homedir(), ".cache"), "kilograd");
}
