/** `npm run build`: compiles src to dist, unless nothing has changed since the last build. */
import { prepare } from "./setup.mjs";

prepare();
