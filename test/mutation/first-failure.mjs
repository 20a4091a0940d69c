/** A reporter for node:test that ends the process at the first failure and says which test failed. */
import process from "node:process";

/** @param events what node:test reports */
export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type !== "test:fail" || data.todo !== undefined) continue;
    process.stdout.write(`${data.name}\n`, () => process.exit(1));
    yield "";
  }
}
