// One browser for all rows, and the local servers that its pages come from.

import { fileURLToPath } from "node:url";
import { launch } from "../support/browser.mjs";
import { hookedEngines } from "../support/hooks.mjs";
import { serve } from "../support/server.mjs";

const folder = fileURLToPath(new URL("..", import.meta.url));
/** With these a page may share memory between threads, which Chalkgrad does not need and others do. */
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export async function openHost() {
  const servers = {
    site: await serve(),
    counted: await serve({ prepend: hookedEngines }),
    peers: await serve({ folder }),
    isolated: await serve({ folder, headers: isolation }),
  };
  const start = () => launch({ webgpu: true });
  let browser = await start();
  return {
    version: () => browser.version(),
    /** The address below which this server's files are. */
    url: (server) => servers[server].url,
    /** An empty page. A peer that took the browser down with it does not stop the next ones. */
    async page() {
      if (!browser.isConnected()) browser = await start();
      return browser.newPage();
    },
    async close() {
      await browser.close();
      await Promise.all(Object.values(servers).map((server) => server.close()));
    },
  };
}
