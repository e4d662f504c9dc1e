// Holds a software bill of materials (CycloneDX, JSON) to the official schema of its version. Prints what is wrong with
// it, as JSON; nothing if nothing is.
import { readFileSync } from "node:fs";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";

const text = readFileSync(process.argv[2], "utf8");
const validator = new Validation.JsonStrictValidator(Spec.SpecVersionDict[JSON.parse(text).specVersion].version);
const wrong = await validator.validate(text);
if (wrong !== null) {
  console.log(JSON.stringify(wrong, null, 2));
  process.exitCode = 1;
}
