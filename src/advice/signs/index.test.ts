import { testOneFileEach } from "../../../test/one-file-each.js";
import { signs } from "./index.js";

testOneFileEach({
  folder: "src/advice/signs",
  names: signs.map(({ name }) => name.toLowerCase().replaceAll(" ", "-")),
  pins: /^testSign\(sign, /m,
  how: "pin the sign's thresholds with testSign of test/advice/sign-cases.ts",
});
