// Copies what the pages load, with its licence, from node_modules into the static files of the workbench.
import { copyFileSync, mkdirSync } from "node:fs";

const to = new URL("../src/tocsin/web/static/vendor/", import.meta.url);
const files = {
  "htmx.org": ["dist/htmx.min.js", "LICENSE"],
  graphology: ["dist/graphology.umd.min.js", "LICENSE.txt"],
  sigma: ["dist/sigma.min.js", "LICENSE.txt"],
};

mkdirSync(to, { recursive: true });
for (const [name, [script, licence]] of Object.entries(files)) {
  const from = new URL(`node_modules/${name}/`, import.meta.url);
  copyFileSync(new URL(script, from), new URL(script.split("/").pop(), to));
  copyFileSync(new URL(licence, from), new URL(`${name}.LICENSE.txt`, to));
}
