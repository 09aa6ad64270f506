// Prints the size of each file of the built site, raw and as brotli would send it. `SITE` names the folder. Data and trained networks,
// which nobody loads who does not ask for them, are left out. Parts of the page are listed, but not in the sum of what the first lab
// loads; of the two engines a visitor loads one: the sum counts the larger.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const site = process.env.SITE;
const files = readdirSync(site, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !["data", "models"].some((lazy) => entry.parentPath.startsWith(join(site, lazy))))
  .map((entry) => join(entry.parentPath, entry.name));

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`.padStart(12);
const isPlainEngine = (file) => /engine(_bg)?\.\w+$/.test(file);
const isLoadedLater = (file) => /(split|chunk)_[^/]*\.wasm$/.test(file);
let [raw, compressed, programs] = [0, 0, 0];
console.log(`${"raw".padStart(12)}${"brotli".padStart(12)}  file`);
for (const file of files.sort()) {
  const bytes = readFileSync(file);
  const small = brotliCompressSync(bytes).length;
  if (!isPlainEngine(file) && !isLoadedLater(file)) {
    [raw, compressed] = [raw + bytes.length, compressed + small];
    if (/\.(wasm|js)$/.test(file)) programs += small;
  }
  console.log(`${kilobytes(bytes.length)}${kilobytes(small)}  ${file.slice(site.length + 1)}`);
}
console.log(`${kilobytes(raw)}${kilobytes(compressed)}  that whoever trains in the first lab loads; the GPU's code follows where there is one`);
console.log(`${"".padStart(12)}${kilobytes(programs)}  of it wasm and script`);
