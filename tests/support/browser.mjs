// Chromium for the tests: found on this machine, with or without WebGPU.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function findChromium() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = [process.env.CHROMIUM, ...names.flatMap((name) => folders.map((folder) => join(folder, name)))];
  const found = candidates.find((path) => path && existsSync(path));
  if (!found) throw new Error("There is no Chromium on this machine; set CHROMIUM to one.");
  return found;
}

// A browser under test keeps to itself: none of these requests are the page's.
const quiet = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];

// WebGPU on a machine without a GPU: Chromium's own software adapter.
const softwareWebGpu = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--enable-unsafe-swiftshader",
];

const noWebGpu = ["--disable-features=WebGPU,WebGPUService"];

/** A browser; `webgpu` says whether it has an adapter. */
export async function launch({ webgpu = false, flags = [] } = {}) {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ["--no-sandbox", ...quiet, ...(webgpu ? softwareWebGpu : noWebGpu), ...flags],
  });
  return browser;
}

/** Everything that the page complains about from now on: console warnings and errors, and uncaught exceptions. */
export function complaintsOf(page) {
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  return complaints;
}
