// The page as a visitor meets it: it opens, it learns, it stops, it starts again, and it remembers.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Lab, until } from "./support/lab.mjs";
import { hasData } from "./support/server.mjs";
import { stage } from "./support/stage.mjs";
import { standInData } from "./support/stand-in-data.mjs";

describe("the page", () => {
  const { open, prepare } = stage();

  test("opens without a complaint, with a network that can be trained", async (t) => {
    const { lab, page, complaints } = await open(t);
    assert.ok(await lab.button("Train").isEnabled());
    await page.waitForTimeout(1500);
    assert.deepEqual(complaints, []);
  });

  test("leads from the list of labs to the lab", async (t) => {
    const { page, server } = await prepare(t);
    await page.goto(server.url);
    await page.getByRole("link", { name: /CIFAR-10/ }).first().click();
    await new Lab(page).isReady();
    assert.match(page.url(), /#\/cifar10/);
  });

  test("learns when Train is pressed, and stops at Pause", async (t) => {
    const { lab, page, complaints } = await open(t, { server: { files: standInData() } });
    await lab.train();
    await lab.untilNumber("Examples seen", (examples) => examples > 2000);
    await lab.untilNumber("Images/s", (speed) => speed > 0);
    await lab.pause();
    await lab.untilEvent("paused");
    const seen = await lab.reading("Examples seen");
    await page.waitForTimeout(1000);
    assert.equal(await lab.reading("Examples seen"), seen);

    const losses = (await lab.events("progressed")).flatMap((event) => event.losses);
    const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    assert.ok(mean(losses.slice(-8)) < 0.7 * mean(losses.slice(0, 4)), `${losses.slice(0, 4)} … ${losses.slice(-8)}`);
    assert.deepEqual(complaints, []);
  });

  test("keeps the bar's numbers clear of its buttons at every width from a projector's on", async (t) => {
    const { lab, page } = await open(t, { server: { files: standInData() } });
    await lab.train();
    await lab.untilNumber("Images/s", (speed) => speed > 0);
    for (const width of [1280, 1360, 1400, 1409, 1440, 1510, 1920]) {
      await page.setViewportSize({ width, height: 800 });
      const [numbers, buttons] = await page.evaluate(() => {
        const seen = [...document.querySelectorAll(".bar .stat")].filter((number) => number.offsetParent);
        return [seen.at(-1).getBoundingClientRect().right, document.querySelector(".bar-end").getBoundingClientRect().left];
      });
      assert.ok(numbers <= buttons, `at ${width} pixels the numbers end at ${numbers}, the buttons begin at ${buttons}`);
    }
  });

  test("takes exactly one step when Step is pressed", async (t) => {
    const { lab } = await open(t);
    await lab.step();
    const stepped = await lab.untilEvent("stepped");
    assert.equal(stepped.step, 1);
    assert.equal((await lab.lastProgress()).step, 1);
  });

  test("starts again from the same parameters when Reset is pressed", async (t) => {
    const { lab } = await open(t);
    const firstLoss = async () => {
      await lab.forget();
      await lab.step();
      await lab.untilEvent("stepped");
      return (await lab.untilEvent("progressed")).losses[0];
    };
    const first = await firstLoss();
    await lab.forget();
    await lab.reset();
    await lab.untilEvent("reset");
    assert.equal(await firstLoss(), first);
  });

  test("learns CIFAR-10 from the real pictures", { skip: !hasData && "no data/: run `chalkgrad data`" }, async (t) => {
    const { lab, complaints } = await open(t);
    assert.equal((await lab.state()).dataset, "CIFAR-10");
    await lab.train();
    await lab.untilNumber("Examples seen", (examples) => examples > 2000);
    assert.deepEqual(complaints, []);
  });

  test("learns drawn shapes where there are no pictures, and says so", async (t) => {
    const { lab } = await open(t, { server: { withData: false } });
    await lab.says(/drawn shapes/i);
    await lab.train();
    await lab.untilNumber("Examples seen", (examples) => examples > 1000);
  });

  test("draws test pictures with guesses, filters and the way through the network", async (t) => {
    const { lab } = await open(t);
    await lab.train();
    for (const event of ["predicted", "filters_drawn", "inside_drawn"]) await lab.untilEvent(event);
    const { pictures } = await lab.untilEvent("predicted");
    assert.ok(pictures.every(({ guesses }) => guesses.length === 3), JSON.stringify(pictures[0]));
  });

  test("holds its settings in a link", async (t) => {
    const { lab, page, context } = await open(t);
    await lab.setNumber("Seed", 42);
    await lab.setNumber("Batch size", 32);
    await lab.apply();
    const { settings } = await lab.state();
    assert.deepEqual([settings.seed, settings.batch_size], [42, 32]);
    await page.waitForURL(/seed=42/);
    const other = await context.browser().newContext();
    t.after(() => other.close());
    const restored = await Lab.open(await other.newPage(), page.url(), { route: "" });
    assert.deepEqual((await restored.state()).settings, settings);
  });

  for (const [how, leave] of [
    ["reloaded", (page) => page.reload().then(() => page)],
    ["closed and opened anew", (page) => page.close().then(() => page.context().newPage())],
  ]) {
    test(`goes on where it was when its tab was ${how}`, async (t) => {
      const { lab, page, server } = await open(t);
      await lab.train();
      const step = await until("a snapshot is kept", async () => (await lab.keptSteps()).find((step) => step > 0));
      const again = await Lab.open(await leave(page), server.url);
      await again.says(/goes on from step/);
      assert.ok((await again.state()).step >= step);
      await again.train();
      await again.untilNumber("Examples seen", (examples) => examples > 64 * step);
    });
  }
});
