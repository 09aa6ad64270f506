// A small web server for the built page, with faults that a test can switch on.
//
// By default it is a plain static host that allows other origins to read it, which is all that a sandboxed iframe needs.

import { createReadStream, existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The built page: `dist/`, or the folder that `CHALKGRAD_SITE` names. */
export const dist = process.env.CHALKGRAD_SITE ?? join(root, "dist");

/** Whether real pictures lie beside the built page. */
export const hasData = existsSync(join(dist, "data", "cifar10"));

/** The policy under which the page promises to run: no inline scripts, no eval, workers from blobs. */
export const strictPolicy = [
  "default-src 'none'",
  "script-src 'self' blob: 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
].join("; ");

const types = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

/**
 * Serves `folder` below `prefix` on a free port.
 *
 * `headers` are added to every answer; `withData: false` answers 404 to everything below `data/`; `files` is a map of
 * contents that stand in for everything below `data/`; `prepend` is a list of `{ path, code }`: scripts whose address
 * matches get this code in front.
 */
export async function serve({ folder = dist, prefix = "/", headers = {}, withData = true, prepend = [], files } = {}) {
  const faults = [];
  const requests = [];
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error));
  });

  async function answer(request, response) {
    const { pathname } = new URL(request.url, "http://localhost");
    requests.push(pathname);
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Cache-Control", "no-store");
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);

    const fault = faults.find(({ path }) => path.test(pathname))?.kind;
    if (fault === "hang") return;
    const content = fault === "missing" ? undefined : await find(pathname);
    if (!content) {
      response.writeHead(404, { "Content-Type": "text/plain" }).end("not found");
      return;
    }
    response.setHeader("Content-Type", types[extname(content.name)] ?? "application/octet-stream");
    const addition = prepend.find(({ path }) => path.test(pathname));
    if (fault === "corrupt") response.end(corrupted(await bytesOf(content)));
    else if (fault === "truncate") response.end((await bytesOf(content)).subarray(0, content.size / 2));
    else if (addition) response.end(`${addition.code}\n${await bytesOf(content)}`);
    else send(content, request, response);
  }

  /** A file of the folder or of the stand-in, if there is one. */
  async function find(pathname) {
    if (!pathname.startsWith(prefix)) return undefined;
    const name = normalize(decodeURIComponent(pathname.slice(prefix.length)) || "index.html");
    const isData = name.startsWith("data/");
    if (isData && files) {
      const bytes = files.get(name);
      return bytes && { name, bytes, size: bytes.length };
    }
    const path = join(folder, name);
    if ((isData && !withData) || !path.startsWith(folder)) return undefined;
    const found = await stat(path).catch(() => undefined);
    return found?.isFile() ? { name, path, size: found.size } : undefined;
  }

  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    /** The address of the page. */
    url: origin + prefix,
    /** The paths that were asked for, in order. */
    requests,
    /** From now on, addresses that match are `missing`, `hang`, or come `corrupt` or `truncate`d. */
    fault: (path, kind) => faults.push({ path, kind }),
    /** All faults end. */
    heal: () => faults.splice(0),
    /** All faults end, and connections that hang break off. */
    abandon: () => {
      faults.splice(0);
      server.closeAllConnections();
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}

/** A copy that may be changed. */
async function bytesOf({ bytes, path }) {
  return bytes ? Buffer.from(bytes) : readFile(path);
}

/** The whole content, or the one range that was asked for. */
function send({ bytes, path, size }, request, response) {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const start = range ? Number(range[1]) : 0;
  const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  if (range) response.setHeader("Content-Range", `bytes ${start}-${end}/${size}`);
  response.writeHead(range ? 206 : 200, { "Content-Length": end - start + 1 });
  if (bytes) response.end(bytes.subarray(start, end + 1));
  else createReadStream(path, { start, end: Math.max(start, end) }).pipe(response);
}

/** As long as before, with every 97th byte another one; the first hundred, where formats say their name, are spared. */
function corrupted(bytes) {
  for (let index = 100; index < bytes.length; index += 97) bytes[index] ^= 0xff;
  return bytes;
}
