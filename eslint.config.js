/** The lint rules: those that find mistakes. How the code is laid out is prettier's affair. */
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  // The last are networks of one's own, in the root of a clone.
  { ignores: ["dist/", "reference/", "runs/", "coverage/", "*.{ts,mts,cts,mjs,cjs}"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    rules: {
      eqeqeq: "error",
      "prefer-const": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "no-self-compare": "error",
      "no-template-curly-in-string": "error",
      "no-unmodified-loop-condition": "error",
      "no-unreachable-loop": "error",
    },
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/prefer-readonly": "error",
      "@typescript-eslint/return-await": "error",
      "@typescript-eslint/no-deprecated": "error",
      // node:test's functions return promises that its runner awaits.
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", package: "node:test", name: ["test", "describe", "it", "suite"] },
          ],
        },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // A constructor without rest parameters reads its `arguments`, which have those that are too many.
      "prefer-rest-params": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    // Code that pages load. Bundlers put a substitute of each global of Node into the page.
    files: ["src/**/*.ts"],
    ignores: ["src/cli/**", "src/runs/**", "**/*.test.ts"],
    rules: { "no-restricted-globals": ["error", "process", "Buffer", "global"] },
  },
);
