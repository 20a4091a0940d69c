import { testOneFileEach } from "../../../test/one-file-each.js";
import { adviceRules } from "./index.js";

testOneFileEach({
  folder: "src/advice/rules",
  names: adviceRules.map(({ name }) => name),
  pins: /^testRule\(rule, /m,
  how: "test the rule on networks for and against it with testRule of test/advice/rule-cases.ts",
});
