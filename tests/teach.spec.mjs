// Lessons: categories that are chosen, drawn or fetched are learned while the pad guesses on.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { keepWorkers } from "./support/hooks.mjs";
import { Lab, until } from "./support/lab.mjs";
import { Pad, bitmap, circle, drawing, house, noDrawings, npy, quantile, zigzag } from "./support/pad.mjs";
import { strictPolicy } from "./support/server.mjs";
import { stage } from "./support/stage.mjs";

const teaching = (open, t, settings) => drawing(open, t, { route: "#/sketch?mode=teach", ...settings });
const names = (guesses) => guesses.map(({ name }) => name);

describe("a lesson", { skip: noDrawings }, () => {
  const { open } = stage();

  for (const triple of [["cat", "clock", "tree"], ["airplane", "fish", "house"], ["bicycle", "star", "umbrella"]]) {
    test(`in ${triple.join(", ")} reaches 90% within a minute, while the pad guesses on`, async (t) => {
      const { lab, page, pad, complaints } = await teaching(open, t);
      await page.getByRole("group", { name: "Quick sets" }).getByRole("button", { name: triple.join(", ") }).click();
      await lab.says("3 categories, 300 drawings: 240 to learn from, 60 held out.");
      await pad.draw(house);
      await lab.forget();
      const began = performance.now();
      await lab.button("Train on these").click();
      await lab.untilEvent("configured");
      await lab.untilEvent("progressed");
      // From nothing.
      assert.ok((await lab.events("progressed"))[0].losses[0] > 0.9, "it begins with chance");

      // The pen does not wait for training, and training does not wait for the pen.
      await page.evaluate(() => globalThis.pen.took.splice(0));
      const drawn = Promise.all([pad.draw(circle(40)), until("it guesses", async () => (await lab.events("sketched")).length > 3)]);
      const score = await until("90% of what is held out", async () => {
        const { held_out: score, step } = await lab.state();
        assert.ok(performance.now() - began < 60_000, `${JSON.stringify(score)} at step ${step} after a minute`);
        return score?.examples === 60 && score.accuracy >= 0.9 && score;
      });
      const seconds = (performance.now() - began) / 1000;
      await drawn;
      const guesses = await pad.guesses();
      assert.deepEqual(names(guesses).toSorted(), triple);
      const sum = guesses.reduce((sum, { percent }) => sum + percent, 0);
      assert.ok(Math.abs(sum - 100) <= 2, `${sum}%`);
      const took = await page.evaluate(() => globalThis.pen.took);
      const p95 = quantile(took, 0.95);
      t.diagnostic(`${(100 * score.accuracy).toFixed(1)}% after ${seconds.toFixed(1)} s, at step ${score.step}; moves ${p95.toFixed(1)} ms`);
      assert.ok(p95 < 8, `${took}`);

      // At rest all of it is measured: a table whose diagonal is what was right.
      await lab.forget();
      await lab.button("Pause").click();
      const summary = await lab.says(/% \(.* to .*\) right of 60 at step \d+/);
      const measured = (await lab.events("evaluated")).at(-1);
      assert.deepEqual([measured.split, measured.examples], ["test", 60]);
      assert.ok(summary.startsWith(`${(100 * measured.accuracy).toFixed(1)}%`), summary);
      const panel = page.getByRole("region", { name: "Held-out drawings" });
      const cells = await panel.getByRole("button", { name: /^\d+ of 20 .* taken for / }).all();
      const counts = await Promise.all(cells.map(async (cell) => parseInt(await cell.getAttribute("aria-label"), 10)));
      assert.equal(counts.length, 9);
      assert.equal(counts.reduce((sum, count) => sum + count), 60);
      assert.ok(Math.abs((counts[0] + counts[4] + counts[8]) / 60 - measured.accuracy) < 1e-6, `${counts}`);

      await lab.button("Back to the shipped network").click();
      await until("it knows all of them again", async () => (await lab.state()).classes.length === 345);
      await until("it is the shipped one", async () => (await lab.state()).snapshots.length > 0);
      await until("it guesses with it", async () => (await pad.guesses()).length === 5);
      assert.deepEqual(complaints, []);
    });
  }

  test("is put together by search, by chips and by number, and needs two categories", async (t) => {
    const { lab, page, pad, complaints } = await teaching(open, t);
    const chips = page.getByRole("list", { name: "Chosen categories" }).getByRole("button");
    const chosen = async () => (await chips.allInnerTexts()).map((text) => text.replace(/\s*✗$/, ""));
    assert.deepEqual(await chosen(), ["cat", "clock", "tree"]);
    const shown = page.getByRole("list", { name: "Categories", exact: true }).getByRole("button");
    await until("they are shown", async () => (await shown.count()) > 50);
    for (const name of ["cat", "clock", "tree"]) await page.getByRole("button", { name: `Remove ${name}` }).click();
    await lab.says("Choose two categories at least, or there is nothing to tell apart.");
    assert.ok(await lab.button("Train on these").isDisabled());
    const search = page.getByRole("searchbox", { name: "Find a category" });
    await search.fill("mona");
    assert.deepEqual(await shown.allInnerTexts(), ["The Mona Lisa"]);
    await search.press("Enter");
    await search.fill("t-shirt");
    await shown.first().click();
    assert.deepEqual(await chosen(), ["The Mona Lisa", "t-shirt"]);
    assert.equal(await shown.first().getAttribute("aria-pressed"), "true");
    await search.fill("teapot of brass");
    await lab.says("No category is called so. Draw it yourself, and it is one.");
    await lab.setNumber("Drawings of each, number", 40);
    await lab.says("2 categories, 80 drawings: 64 to learn from, 16 held out.");
    await lab.button("Train on these").click();
    await until("it learns them", async () => (await lab.state()).step > 2);
    const { classes, settings } = await lab.state();
    assert.deepEqual([classes, settings.drawings.each], [["The Mona Lisa", "t-shirt"], 40]);
    await page.waitForURL(/mode=teach&.*categories=The\+Mona\+Lisa,t-shirt&each=40/);
    await pad.draw(house);
    assert.deepEqual(names(await pad.guesses()).toSorted(), ["The Mona Lisa", "t-shirt"]);
    assert.deepEqual(complaints, []);
  });
});

describe("categories of one's own", () => {
  const { open } = stage();

  /** Five of each, no two alike. */
  const drawn = {
    loop: [0, 1, 2, 3, 4].map((number) => circle(50 + 12 * number, number)),
    teeth: [0, 1, 2, 3, 4].map((number) => zigzag(3 + (number % 3), 40 + 10 * number)),
  };
  const sixth = { loop: circle(82, 2.5), teeth: zigzag(4, 65) };

  /** Draws them and trains on nothing else until it knows the sixth of each. */
  async function taught(t, settings = {}) {
    const opened = await teaching(open, t, settings);
    const { lab, page, pad } = opened;
    const panel = page.getByRole("region", { name: "Draw your own" });
    const add = panel.getByRole("button", { name: "Add this drawing" });
    await pad.draw(sixth.loop);
    await add.click();
    await panel.getByText("Give it a name first.").waitFor();
    await pad.clear();
    for (const [name, drawings] of Object.entries(drawn)) {
      await panel.getByRole("combobox", { name: "Name of a category" }).fill(name);
      for (const [index, strokes] of drawings.entries()) {
        await pad.draw(strokes);
        await add.click();
        await panel.getByText(new RegExp(`^${name}: ${index + 1} of 10 drawn`)).waitFor();
        assert.ok(await pad.tool("Clear").isDisabled(), "the pad is free for the next");
      }
    }
    for (const name of ["cat", "clock", "tree"]) await page.getByRole("button", { name: `Remove ${name}`, exact: true }).click();
    await lab.says("2 categories, 10 drawings: 8 to learn from, 2 held out.");
    await lab.button("Train on these").click();
    await until("it learns them", async () => (await lab.state()).step > 0);
    await until("it has learned them", async () => {
      const { step, status, accuracy } = await lab.state();
      return status === "stopped" || (step >= 60 && accuracy >= 0.95);
    });
    if ((await lab.state()).status === "training") await lab.pause();
    await until("it rests", async () => (await lab.state()).status !== "training");
    return { ...opened, panel };
  }

  async function knowsTheSixth({ pad }) {
    for (const [name, strokes] of Object.entries(sixth)) {
      await pad.clear();
      await pad.draw(strokes);
      await until(`${name} is named`, async () => (await pad.guesses())[0]?.name === name, 10_000);
      assert.ok((await pad.guesses())[0].percent > 60, JSON.stringify(await pad.guesses()));
    }
  }

  test("are drawn, learned and named, taken away as a file, and survive a reload", async (t) => {
    const opened = await taught(t);
    const { lab, page, pad, panel, complaints } = opened;
    await knowsTheSixth(opened);

    await panel.getByText("Your categories", { exact: true }).click();
    const yours = panel.getByRole("list", { name: "Your categories" });
    assert.deepEqual(await yours.locator("li > span").allTextContents(), ["loop: 5", "teeth: 5"]);
    const file = await pad.download(() => panel.getByRole("button", { name: "Save drawings of teeth" }).click());
    const lines = file.bytes.toString().trim().split("\n").map((text) => JSON.parse(text));
    assert.deepEqual([file.name, lines.length, lines[0].word, lines[0].drawing.length], ["teeth.ndjson", 5, "teeth", 1]);

    const { step } = await lab.state();
    await until("it is kept", async () => (await lab.keptSteps()).includes(step));
    await page.reload();
    await lab.isReady();
    await lab.says(`This run goes on from step ${step}`);
    const again = { ...opened, pad: await Pad.of(lab) };
    assert.deepEqual((await lab.state()).classes, ["loop", "teeth"]);
    await knowsTheSixth(again);
    await panel.getByText(/^Your drawings take .* on this machine\.$/).waitFor();

    assert.deepEqual(complaints, []);
  });

  test("that are removed are missing in the lesson, and can be brought back", async (t) => {
    const { lab, panel, complaints } = await taught(t);
    await panel.getByText("Your categories", { exact: true }).click();
    await panel.getByRole("button", { name: "Remove drawings of teeth" }).click();
    await lab.says("There are no drawings of “teeth” here: draw some, or open a file of them.", 5_000);
    await lab.button("Bring them back").click();
    await lab.says("2 categories, 10 drawings: 8 to learn from, 2 held out.", 5_000);
    await panel.getByRole("button", { name: "Remove drawing 1 of teeth", exact: true }).click();
    await lab.says("“teeth” has 4 drawings; five are the least.", 5_000);
    assert.deepEqual(complaints, []);
  });

  test("are known on when the engine has died and another was started", async (t) => {
    const opened = await taught(t, { init: [keepWorkers] });
    const { lab, page } = opened;
    const { step } = await lab.state();
    await until("it is kept", async () => (await lab.keptSteps()).includes(step));
    await page.evaluate(() => {
      const death = new ErrorEvent("error", { message: "by a test", cancelable: true });
      globalThis.keptWorkers.at(-1).dispatchEvent(death);
    });
    await lab.says(/The engine stopped: by a test/);
    await until("it stands where it stood", async () => {
      const state = await lab.state();
      return state.status === "paused" && state.step === step;
    }, 10_000);
    await knowsTheSixth(opened);
  });
});

describe("more drawings from Google", { skip: noDrawings }, () => {
  const { prepare } = stage();
  const file = npy(Array.from({ length: 3_000 }, (_, row) => bitmap(row)));

  /** The lab, with a stand-in for Google's server that answers as `answer` says. */
  async function fetching(t, answer, server) {
    const prepared = await prepare(t, { server });
    const { page } = prepared;
    const asked = [];
    await page.route("https://storage.googleapis.com/**", async (route) => {
      const request = route.request();
      const headers = { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*" };
      if (request.method() === "OPTIONS") return route.fulfill({ status: 204, headers });
      const { range } = await request.allHeaders();
      asked.push({ url: request.url(), range });
      const [from, to] = /^bytes=(\d+)-(\d+)$/.exec(range).slice(1).map(Number);
      const range206 = { ...headers, "Content-Range": `bytes ${from}-${to}/${file.length}` };
      const part = { status: 206, headers: range206, body: file.subarray(from, to + 1) };
      return answer({ route, part, headers, turn: asked.length });
    });
    const elsewhere = [];
    page.on("request", (request) => elsewhere.push(request.url()));
    const lab = await Lab.open(page, prepared.server.url, { route: "#/sketch?mode=teach" });
    await page.getByText("More drawings from Google", { exact: true }).click();
    const panel = page.getByRole("region", { name: "Categories", exact: true });
    const said = panel.locator(".more-drawings").getByRole("status").last();
    return { ...prepared, lab, asked, elsewhere, panel, said, fetch: () => lab.button("Fetch from Google").click() };
  }

  test("come by ranges when they are asked for, join the lesson, and go on where they ended", async (t) => {
    const release = [];
    const { lab, page, server, asked, elsewhere, panel, said, fetch, complaints } = await fetching(t, async ({ route, part, turn }) => {
      if (turn === 3 && release.length === 0) await new Promise((resolve) => release.push(resolve));
      return route.fulfill(part);
    });
    await page.waitForTimeout(300);
    const isOurs = (url) => url.startsWith(server.origin) || /^(blob|data):/.test(url);
    assert.deepEqual(elsewhere.filter((url) => !isOurs(url)), [], "nobody else is asked before the button is pressed");
    await panel.getByRole("combobox", { name: "Category to fetch" }).selectOption("clock");
    await lab.setNumber("Drawings to fetch", 1_200);
    await fetch();
    const bar = page.getByRole("progressbar", { name: "Drawings of clock" });
    await until("half of it is there", async () => (await bar.getAttribute("aria-valuetext")) === "500 of 1,200 drawings");
    assert.equal(await bar.getAttribute("aria-valuenow"), "42");
    release.forEach((go) => go());
    await until("it is said", async () => (await said.innerText()) !== "");
    const came = "1,200 of Google's drawings of “clock” came. They are yours now, and are learned with the others.";
    assert.equal(await said.innerText(), came);
    const rows = (first, count) => `bytes=${80 + 784 * first}-${79 + 784 * (first + count)}`;
    const address = "https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap/clock.npy";
    assert.deepEqual(asked, ["bytes=0-4095", rows(0, 500), rows(500, 500), rows(1_000, 200)].map((range) => ({ url: address, range })));

    // They are learned: all of one's own, and a hundred of each other category.
    await lab.says("3 categories, 1,400 drawings: 1,120 to learn from, 280 held out.");
    asked.splice(0);
    await lab.setNumber("Drawings to fetch", 9_000);
    await fetch();
    await until("it is said", async () => (await said.innerText()).startsWith("1,800 of"));
    assert.deepEqual([asked.length, asked[1].range], [5, rows(1_200, 500)]);
    await fetch();
    const noMore = "None of Google's drawings of “clock” came. There are no more of them.";
    await until("there are no more", async () => (await said.innerText()) === noMore);
    await lab.button("Train on these").click();
    await until("it learns them", async () => (await lab.state()).step > 2);

    // They are kept for the next visit.
    await page.reload();
    await lab.isReady();
    await page.getByRole("button", { name: "clock 3,000 yours" }).waitFor();
    assert.deepEqual(complaints, []);
  });

  test("stop coming on request, and what has come is kept", async (t) => {
    const { lab, page, said, fetch, complaints } = await fetching(t, async ({ route, part, turn }) => {
      // From the third on nobody answers.
      if (turn < 3) await route.fulfill(part);
    });
    await fetch();
    const bar = page.getByRole("progressbar", { name: "Drawings of cat" });
    await until("half of it is there", async () => (await bar.getAttribute("aria-valuetext")) === "500 of 1,000 drawings");
    await lab.button("Cancel").click();
    await until("it is said", async () => (await said.innerText()) !== "");
    assert.match(await said.innerText(), /^Cancelled\. 500 of Google's drawings of “cat” came\. They are yours now/);
    await lab.says("3 categories, 700 drawings: 560 to learn from, 140 held out.");
    assert.deepEqual(complaints, []);
  });

  const none = /None of Google's drawings of “cat” came\. Everything goes on with the drawings that are here\.$/;
  const some = /500 of Google's drawings of “cat” came\. They are yours now, and are learned with the others\.$/;
  const noAnswer = "Google's server could not be asked for “cat”: there is no connection, or this page is not allowed to.";
  const whole = (body) => ({ route, headers }) => route.fulfill({ status: 200, headers, body });
  for (const [what, answer, sentence, came, server] of [
    ["there is no connection", ({ route }) => route.abort("internetdisconnected"), noAnswer, none],
    ["the page's own policy forbids it", whole(file), noAnswer, none, { headers: { "Content-Security-Policy": strictPolicy } }],
    [
      "the server refuses",
      ({ route, headers }) => route.fulfill({ status: 503, headers, body: "busy" }),
      "Google's server refused “cat” (status 503).",
      none,
    ],
    ["the server sends something else", whole("<!doctype html>"), "What Google's server sent for “cat” is no file of bitmaps.", none],
    ["the file is cut off", whole(file.subarray(0, 80 + 784 * 700)), "The drawings of “cat” were cut off on their way.", some],
  ]) {
    test(`are not to be had where ${what}: a sentence says so, and what is here is learned`, async (t) => {
      const { lab, said, fetch, complaints } = await fetching(t, answer, server);
      await fetch();
      await lab.says(sentence);
      await until("it says what came", async () => (await said.innerText()).startsWith(sentence));
      assert.match(await said.innerText(), came);
      await lab.button("Train on these").click();
      await until("it learns", async () => (await lab.state()).step > 2);
      assert.ok(await lab.button("Fetch from Google").isEnabled());
      // The browser itself reports what it could not fetch.
      const isReport = (complaint) => /Failed to load resource|googleapis\.com.* violates/.test(complaint);
      assert.deepEqual(complaints.filter((complaint) => !isReport(complaint)), []);
    });
  }

  test("come from a server that knows no ranges, too", async (t) => {
    const { lab, asked, said, fetch, complaints } = await fetching(t, whole(file));
    await fetch();
    await until("it is said", async () => (await said.innerText()).startsWith("1,000 of Google's drawings of “cat” came."));
    assert.equal(asked.length, 1);
    await lab.says("3 categories, 1,200 drawings: 960 to learn from, 240 held out.");
    assert.deepEqual(complaints, []);
  });
});
