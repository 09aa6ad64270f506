// Libraries that come as a script which sets a global name.

export async function loadScript(address, name) {
  const script = document.createElement("script");
  script.src = new URL(address, import.meta.url);
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${address} could not be loaded; \`npm ci\` in tests/bench installs it.`));
    document.head.append(script);
  });
  return globalThis[name];
}
