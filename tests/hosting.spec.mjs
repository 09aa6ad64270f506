// Where the page may stand: below any path, under a strict policy, in a sandboxed frame of a slide.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { Lab, until } from "./support/lab.mjs";
import { strictPolicy } from "./support/server.mjs";
import { stage } from "./support/stage.mjs";

/** Presses Train and waits until the network has taken steps. */
async function trains(lab) {
  await lab.train();
  const progressed = await until("training moves", async () => (await lab.events("progressed")).at(3));
  assert.ok(progressed.losses.every(Number.isFinite), JSON.stringify(progressed));
  await lab.pause();
}

/** A slide on another origin that embeds the lab. */
async function openSlide(t, page, url, sandbox) {
  const slide = createServer((request, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end(`<h1>A slide</h1><iframe sandbox="${sandbox}" width="1000" height="700" src="${url}"></iframe>`);
  });
  await new Promise((resolve) => slide.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    slide.closeAllConnections();
    slide.close();
  });
  await page.goto(`http://127.0.0.1:${slide.address().port}/`);
  const element = await page.waitForSelector("iframe");
  return element.contentFrame();
}

describe("the built page", () => {
  const { open, prepare } = stage();

  test("works from a sub-path", async (t) => {
    const { lab, server } = await open(t, { server: { prefix: "/lectures/deep/learning/" } });
    await trains(lab);
    const outside = server.requests.filter((path) => !path.startsWith("/lectures/deep/learning/"));
    assert.deepEqual(outside.filter((path) => path !== "/favicon.ico"), []);
  });

  test("runs under a policy without inline scripts and without eval", async (t) => {
    const headers = { "Content-Security-Policy": strictPolicy };
    const { lab, complaints } = await open(t, { server: { headers } });
    await trains(lab);
    assert.deepEqual(complaints, []);
  });

  test("asks nobody but its own server for anything", async (t) => {
    const { page, server } = await prepare(t);
    const elsewhere = [];
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(server.origin) && !/^(blob|data):/.test(url)) elsewhere.push(url);
    });
    await trains(await Lab.open(page, server.url));
    assert.deepEqual(elsewhere, []);
  });

  test("trains in a sandboxed frame of another site's slide, which has no storage", async (t) => {
    const { page, server, complaints } = await prepare(t);
    const frame = await openSlide(t, page, `${server.url}#/embed/cifar10`, "allow-scripts");
    const lab = new Lab(frame);
    await lab.isReady();
    await trains(lab);
    assert.deepEqual(complaints, []);
  });

  test("shows the embedded lab without the site's chrome", async (t) => {
    const { lab, page } = await open(t, { route: "#/embed/cifar10" });
    assert.equal(await page.getByRole("banner").count(), 0);
    await trains(lab);
  });
});
