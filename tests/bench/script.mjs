// Libraries that come as a script which sets a global name.

export async function loadScript(address, name) {
  if (typeof document === "undefined") return runScript(address, name);
  const script = document.createElement("script");
  script.src = new URL(address, import.meta.url);
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${address} could not be loaded; \`npm ci\` in tests/bench installs it.`));
    document.head.append(script);
  });
  return globalThis[name];
}

/** In Node, where a script that finds no module system sets its global name too. */
async function runScript(address, name) {
  const [{ readFile }, { runInThisContext }] = await Promise.all([import("node:fs/promises"), import("node:vm")]);
  runInThisContext(await readFile(new URL(address, import.meta.url), "utf8"));
  return globalThis[name];
}
