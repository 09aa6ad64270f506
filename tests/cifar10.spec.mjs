// The CIFAR-10 lab: what the network makes of the test set, of one picture, and of one's own.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "./support/lab.mjs";
import { stage } from "./support/stage.mjs";
import { standInData } from "./support/stand-in-data.mjs";

/** A run that has learned a little on small stand-in data. */
async function trained(open, t, steps = 60) {
  const opened = await open(t, { server: { files: standInData() } });
  await opened.lab.send({ type: "step", steps });
  return opened;
}

describe("the test set", () => {
  const { open } = stage();

  test("is measured with an interval, and a confusion shows its pictures", async (t) => {
    const { lab, page, complaints } = await trained(open, t);
    await lab.view("test");
    await lab.button("Measure all").click();
    const panel = page.getByRole("region", { name: "Test set" });
    const summary = await lab.says(/% \(.* to .*\) right of 400 at step 60/);
    const { accuracy } = (await lab.events("evaluated")).at(-1);
    assert.ok(summary.startsWith(`${(100 * accuracy).toFixed(1)}%`), `${summary} for ${accuracy}`);

    // The table's diagonal is what was right, and all of it is the test set.
    const cells = await panel.getByRole("button", { name: /^\d+ of \d+ .* taken for / }).all();
    assert.equal(cells.length, 100);
    const names = await Promise.all(cells.map((cell) => cell.getAttribute("aria-label")));
    const counts = names.map((name) => Number(name.split(" ")[0]));
    assert.equal(counts.reduce((sum, count) => sum + count), 400);
    const right = counts.filter((_, index) => index % 11 === 0).reduce((sum, count) => sum + count);
    assert.ok(Math.abs(right / 400 - accuracy) < 1e-6);

    const most = counts.findIndex((count, index) => index % 11 !== 0 && count === Math.max(...counts.filter((_, at) => at % 11 !== 0)));
    assert.ok(counts[most] > 0, "something is confused");
    await cells[most].click();
    const found = panel.getByRole("status").filter({ hasText: /picture/ });
    assert.match(await found.innerText(), new RegExp(`^${counts[most]} picture`));
    const [, , , name] = names[most].split(" ");
    await panel.getByRole("button", { name: new RegExp(`^A ${name}\\. Guesses`) }).first().waitFor();

    await panel.getByRole("combobox", { name: "Show" }).selectOption("right");
    await panel.getByRole("combobox", { name: "True class" }).selectOption("every");
    await panel.getByRole("combobox", { name: "Taken for" }).selectOption("every");
    await until("the right ones are counted", async () => (await found.innerText()).startsWith(`${right} picture`));

    // Ten views are another judgement of the same pictures.
    await panel.getByRole("checkbox", { name: "Ten views" }).check();
    await lab.button("Measure all").click();
    await lab.says(/right of 400 at step 60, mean of 10 views/);
    assert.deepEqual(complaints, []);
  });
});

describe("inside the network", () => {
  const { open } = stage();

  test("every layer shows activations, gradients, weights and their gradients", async (t) => {
    const { lab, page, complaints } = await trained(open, t);
    for (const [name, layers] of [["Activations", 12], ["Gradients", 12], ["Weights", 4], ["Weight gradients", 4]]) {
      await page.getByRole("combobox", { name: "Show of every layer" }).selectOption(name);
      const panel = page.getByRole("region", { name, exact: true });
      const chips = panel.getByRole("group", { name: "Layers" }).getByRole("button");
      await until(`${name} of ${layers} layers`, async () => (await chips.count()) === layers);
    }
    assert.deepEqual(complaints, []);
  });

  test("a pressed number shows the sum that made it", async (t) => {
    const { lab, page, complaints } = await trained(open, t);
    const panel = page.getByRole("region", { name: "Activations", exact: true });
    const maps = panel.getByRole("img", { name: /Conv2d\(3, 16/ });
    await maps.waitFor();
    await maps.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    const sum = page.getByRole("region", { name: "How this number came about" });
    const text = await sum.getByRole("status").first().innerText();
    // Pixel (16, 16) of the map of index 0 or 1, whichever the arrow reached.
    const place = await sum.getByText(/Conv2d, map \d+ at \(16, 16\)/).innerText();
    const map = Number(/map (\d+)/.exec(place)[1]) - 1;
    const explained = await lab.send({ type: "explain", row: 0, element: (map * 32 + 16) * 32 + 16 });
    assert.equal(explained.gathering, "sum");
    assert.deepEqual(explained.field, [14, 19, 14, 19]);
    assert.match(text, /\(72 smaller products\).*\(bias\) = /);
    const shown = Number(text.split("= ").at(-1).replace("−", "-"));
    assert.ok(Math.abs(shown - explained.result) <= 0.01 * Math.abs(explained.result) + 1e-3, `${shown} for ${explained.result}`);
    assert.deepEqual(complaints, []);
  });
});

describe("a picture of one's own", () => {
  const { open } = stage();

  test("is shown as the network sees it and guessed anew while it trains", async (t) => {
    const { lab, page, complaints } = await trained(open, t, 5);
    const [png] = await page.evaluate(async () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 90, height: 60 });
      const context = canvas.getContext("2d");
      context.fillStyle = "rgb(255, 0, 0)";
      context.fillRect(0, 0, 90, 60);
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
      return [[...new Uint8Array(await blob.arrayBuffer())]];
    });
    await page.getByLabel("Own picture").setInputFiles({ name: "red.png", mimeType: "image/png", buffer: Buffer.from(png) });
    const cell = page.getByRole("button", { name: /^Your picture\. Guesses: \w+ \d+%/ });
    await cell.waitFor();
    assert.equal(await cell.getAttribute("aria-pressed"), "true");
    await lab.says(/of your picture/);
    const pixel = await cell.locator("canvas").evaluate((canvas) => [...canvas.getContext("2d").getImageData(16, 16, 1, 1).data]);
    assert.deepEqual(pixel, [255, 0, 0, 255]);

    await lab.forget();
    await lab.send({ type: "step", steps: 40 });
    await lab.untilEvent("own_guessed");

    await page.getByLabel("Own picture").setInputFiles({ name: "no.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
    await lab.says(/no\.png: the browser knows no picture of this kind/);
    assert.equal(await cell.count(), 1);
    assert.deepEqual(complaints, []);
  });
});
