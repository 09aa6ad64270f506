// Pictures of the page while it learns, for reviewers and for the README.
//
//     node tests/screenshots.mjs [SECONDS]       of dist/, which `cargo xtask dist` builds
//
// Writes test-results/screenshots/SIZE-THEME.png, and docs/page.jpg, the README's.

import { mkdir, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { launch } from "./support/browser.mjs";
import { Lab } from "./support/lab.mjs";
import { serve } from "./support/server.mjs";

const root = new URL("..", import.meta.url);
const pictures = fileURLToPath(new URL("test-results/screenshots/", root));
const readmePicture = fileURLToPath(new URL("docs/page.jpg", root));
/** A picture in a README is loaded by everyone. */
const readmeBytes = 300_000;

const sizes = {
  wide: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  projector: { viewport: { width: 1024, height: 768 } },
};
const routes = { lab: "#/cifar10", front: "#/", gallery: "#/gallery", embed: "#/embed/cifar10" };
const seconds = Number(process.argv[2] ?? 20);

async function main() {
  await mkdir(pictures, { recursive: true });
  await mkdir(new URL("docs/", root), { recursive: true });
  const server = await serve();
  const browser = await launch();
  for (const [size, settings] of Object.entries(sizes)) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ ...settings, colorScheme, reducedMotion: "reduce" });
      await takePictures(context, server.url, `${size}-${colorScheme}`);
      await context.close();
    }
  }
  await browser.close();
  await server.close();
  const { size } = await stat(readmePicture);
  console.log(`docs/page.jpg: ${(size / 1000).toFixed(0)} kB`);
  if (size > readmeBytes) throw new Error(`docs/page.jpg is larger than ${readmeBytes / 1000} kB`);
}

/** The lab after some training, then the other pages. */
async function takePictures(context, url, name) {
  const page = await context.newPage();
  const lab = await Lab.open(page, url);
  await lab.train();
  await lab.untilEvent("progressed");
  await page.waitForTimeout(1000 * seconds);
  await page.screenshot({ path: `${pictures}lab-${name}.png` });
  if (name === "wide-light") await page.screenshot({ path: readmePicture, type: "jpeg", quality: 88 });
  await page.screenshot({ path: `${pictures}lab-${name}-whole.png`, fullPage: true });
  await page.close();
  for (const [route, fragment] of Object.entries(routes).filter(([route]) => route !== "lab")) {
    const other = await context.newPage();
    await other.goto(url + fragment);
    await other.waitForTimeout(3000);
    await other.screenshot({ path: `${pictures}${route}-${name}.png`, fullPage: route === "gallery" });
    await other.close();
  }
  console.log(`pictures: ${name}`);
}

await main();
