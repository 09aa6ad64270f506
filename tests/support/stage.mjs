// One browser for a file of tests; each test gets a server, a context and a page of its own.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { complaintsOf, launch } from "./browser.mjs";
import { Lab } from "./lab.mjs";
import { dist, serve } from "./server.mjs";

/** Call it once in a `describe`. `webgpu` says whether the browser has an adapter, `flags` are more of Chromium's. */
export function stage({ webgpu = false, flags = [] } = {}) {
  let browser;
  before(async () => {
    if (!existsSync(join(dist, "index.html"))) throw new Error("dist/ is empty: `cargo xtask test` builds it");
    browser = await launch({ webgpu, flags });
  });
  after(() => browser?.close());

  /** A server as `serve` takes it and an empty page, gone when the test ends. `init` are functions to run before the page. */
  async function prepare(t, { server: settings, context: contextSettings, init = [] } = {}) {
    const server = await serve(settings);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...contextSettings });
    t.after(async () => {
      await context.close();
      await server.close();
    });
    for (const script of init) await context.addInitScript(script);
    const page = await context.newPage();
    // A button that is not there is a failure soon.
    page.setDefaultTimeout(20_000);
    return { server, context, page, complaints: complaintsOf(page) };
  }

  /** The same with the lab open and ready. */
  async function open(t, settings = {}) {
    const prepared = await prepare(t, settings);
    const lab = await Lab.open(prepared.page, prepared.server.url, settings);
    return { ...prepared, lab };
  }

  return { prepare, open };
}

/** Skips the test loudly where there is no WebGPU adapter; where `CI` is set, that is a failure. */
export async function needsAdapter(t, page) {
  const found = await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()));
  if (!found && process.env.CI) throw new Error("no WebGPU adapter, and CI is set");
  if (!found) t.skip("NOT TESTED: this Chromium has no WebGPU adapter");
  return found;
}
