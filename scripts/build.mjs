/** `npm run build`: compiles src to dist, if anything has changed since. */
import { prepare } from "./setup.mjs";

prepare();
