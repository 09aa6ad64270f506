// The sketch lab's lessons, files of drawings, links, and the lab's neighbours.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { keepWorkers } from "./support/hooks.mjs";
import { Lab, until } from "./support/lab.mjs";
import { Pad, binary, bitmap, circle, house, line, noDrawings, noStrokes, npy, quantile, recognised, zigzag } from "./support/pad.mjs";
import { stage } from "./support/stage.mjs";
import { standInData } from "./support/stand-in-data.mjs";

/** The lab with its pad. */
async function drawing(open, t, { route = "#/sketch", ...settings } = {}) {
  const opened = await open(t, { ...settings, route });
  return { ...opened, pad: await Pad.ofShipped(opened.lab) };
}

const teaching = (open, t, settings) => drawing(open, t, { route: "#/sketch?mode=teach", ...settings });
const lengths = (strokes) => strokes.map((stroke) => stroke.length);
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
      const accuracy = await until("90% of what is held out", async () => {
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
      t.diagnostic(`${(100 * accuracy.accuracy).toFixed(1)}% after ${seconds.toFixed(1)} s, at step ${accuracy.step}; moves ${quantile(took, 0.95).toFixed(1)} ms`);
      assert.ok(quantile(took, 0.95) < 8, `${took}`);

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
    const chosen = async () => (await page.getByRole("list", { name: "Chosen categories" }).getByRole("button").allInnerTexts()).map((text) => text.replace(/\s*✗$/, "").trim());
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
    assert.deepEqual(await yours.getByRole("listitem").evaluateAll((items) => items.map((item) => item.querySelector("span").textContent)), ["loop: 5", "teeth: 5"]);
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

    // What is removed is missing in the lesson, and can be brought back.
    await panel.getByText("Your categories", { exact: true }).click();
    await panel.getByRole("button", { name: "Remove drawings of teeth" }).click();
    await lab.says("There are no drawings of “teeth” here: draw some, or open a file of them.");
    await lab.button("Bring them back").click();
    await lab.says("2 categories, 10 drawings: 8 to learn from, 2 held out.");
    assert.deepEqual(complaints, []);
  });

  test("are known on when the engine has died and another was started", async (t) => {
    const opened = await taught(t, { init: [keepWorkers] });
    const { lab, page } = opened;
    const { step } = await lab.state();
    await until("it is kept", async () => (await lab.keptSteps()).includes(step));
    await page.evaluate(() => globalThis.keptWorkers.at(-1).dispatchEvent(new ErrorEvent("error", { message: "by a test", cancelable: true })));
    await lab.says(/The engine stopped: by a test/);
    await until("it stands where it stood", async () => {
      const state = await lab.state();
      return state.status === "paused" && state.step === step;
    }, 10_000);
    await knowsTheSixth(opened);
  });
});

describe("more drawings from Google", { skip: noDrawings }, () => {
  const { open } = stage();
  const file = npy(Array.from({ length: 3_000 }, (_, row) => bitmap(row)));

  /** The lab, with a stand-in for Google's server that answers as `answer` says. */
  async function fetching(t, answer) {
    const opened = await teaching(open, t);
    const { lab, page } = opened;
    const asked = [];
    await page.context().route("https://storage.googleapis.com/**", async (route) => {
      const request = route.request();
      const headers = { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*", "Content-Type": "application/octet-stream" };
      if (request.method() === "OPTIONS") return route.fulfill({ status: 204, headers });
      const { range } = await request.allHeaders();
      asked.push({ url: request.url(), range });
      const [from, to] = /^bytes=(\d+)-(\d+)$/.exec(range).slice(1).map(Number);
      const part = { status: 206, headers: { ...headers, "Content-Range": `bytes ${from}-${to}/${file.length}` }, body: file.subarray(from, to + 1) };
      return answer({ route, part, headers, turn: asked.length });
    });
    const elsewhere = [];
    page.on("request", (request) => elsewhere.push(request.url()));
    await page.getByText("More drawings from Google", { exact: true }).click();
    const panel = page.getByRole("region", { name: "Categories", exact: true });
    const said = panel.locator(".more-drawings").getByRole("status").last();
    return { ...opened, asked, elsewhere, panel, said, fetch: () => lab.button("Fetch from Google").click() };
  }

  const isOfGoogle = (url) => url.includes("googleapis");

  test("come by ranges when they are asked for, join the lesson, and go on where they ended", async (t) => {
    const release = [];
    const { lab, page, asked, elsewhere, panel, said, fetch, complaints } = await fetching(t, async ({ route, part, turn }) => {
      if (turn === 3 && release.length === 0) await new Promise((resolve) => release.push(resolve));
      return route.fulfill(part);
    });
    await page.waitForTimeout(300);
    assert.deepEqual([asked, elsewhere.filter(isOfGoogle)], [[], []], "nothing is asked before the button is pressed");
    await panel.getByRole("combobox", { name: "Category to fetch" }).selectOption("clock");
    await lab.setNumber("Drawings to fetch", 1_200);
    await fetch();
    const bar = page.getByRole("progressbar", { name: "Drawings of clock" });
    await until("half of it is there", async () => (await bar.getAttribute("aria-valuetext")) === "500 of 1,200 drawings");
    assert.equal(await bar.getAttribute("aria-valuenow"), "42");
    release.forEach((go) => go());
    await until("it is said", async () => (await said.innerText()) !== "");
    assert.equal(await said.innerText(), "1,200 of Google's drawings of “clock” came. They are yours now, and are learned with the others.");
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
    await until("there are no more", async () => (await said.innerText()) === "None of Google's drawings of “clock” came. There are no more of them.");
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
    await until("half of it is there", async () => (await page.getByRole("progressbar").getAttribute("aria-valuetext")) === "500 of 1,000 drawings");
    await lab.button("Cancel").click();
    await until("it is said", async () => (await said.innerText()) !== "");
    assert.equal(await said.innerText(), "Cancelled. 500 of Google's drawings of “cat” came. They are yours now, and are learned with the others.");
    await lab.says("3 categories, 700 drawings: 560 to learn from, 140 held out.");
    assert.deepEqual(complaints, []);
  });

  for (const [what, answer, sentence] of [
    ["there is no connection", ({ route }) => route.abort("internetdisconnected"), "Google's server could not be asked for “cat”: there is no connection, or this page is not allowed to."],
    ["the server refuses", ({ route, headers }) => route.fulfill({ status: 503, headers, body: "busy" }), "Google's server refused “cat” (status 503)."],
    ["the server sends something else", ({ route, headers }) => route.fulfill({ status: 200, headers, body: "<!doctype html>" }), "What Google's server sent for “cat” is no file of bitmaps."],
    ["the file is cut off", ({ route, headers }) => route.fulfill({ status: 200, headers, body: file.subarray(0, 80 + 784 * 700) }), "The drawings of “cat” were cut off on their way."],
  ]) {
    test(`are not to be had where ${what}: a sentence says so, and what is here is learned`, async (t) => {
      const { lab, said, fetch, complaints } = await fetching(t, answer);
      await fetch();
      await lab.says(sentence);
      await until("it says what came", async () => (await said.innerText()).startsWith(sentence));
      const came = what === "the file is cut off" ? /500 of Google's drawings of “cat” came\. They are yours now/ : /None of .* came\. Everything goes on with the drawings that are here\.$/;
      assert.match(await said.innerText(), came);
      await lab.button("Train on these").click();
      await until("it learns", async () => (await lab.state()).step > 2);
      assert.ok(await lab.button("Fetch from Google").isEnabled());
      // The browser itself reports what could not be fetched.
      assert.deepEqual(complaints.filter((complaint) => !complaint.includes("Failed to load resource")), []);
    });
  }

  test("come from a server that knows no ranges, too", async (t) => {
    const { lab, asked, said, fetch, complaints } = await fetching(t, ({ route, headers }) => route.fulfill({ status: 200, headers, body: file }));
    await fetch();
    await until("it is said", async () => (await said.innerText()).startsWith("1,000 of Google's drawings of “cat” came."));
    assert.equal(asked.length, 1);
    await lab.says("3 categories, 1,200 drawings: 960 to learn from, 240 held out.");
    assert.deepEqual(complaints, []);
  });
});

describe("files of drawings", () => {
  const { open } = stage();

  test("leave as lines, as a picture and as Quick, Draw! has them", async (t) => {
    const { page, pad, complaints } = await drawing(open, t);
    await pad.draw(house);
    const best = (await pad.guesses())[0].name;
    const svg = await pad.saved("svg");
    assert.deepEqual([svg.name, lengths(await pad.strokes())], [`${best}.svg`, lengths(house)]);
    // A viewer reads it.
    const read = await page.evaluate((text) => {
      const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
      return [svg.nodeName, svg.getAttribute("viewBox"), [...svg.children].map((child) => child.nodeName)];
    }, svg.bytes.toString());
    assert.deepEqual(read, ["svg", "0 0 256 256", ["polyline", "polyline", "polyline"]]);

    const png = await pad.saved("png");
    assert.equal(png.name, `${best}.png`);
    const pixels = await page.evaluate(async ([bytes, on]) => {
      const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(picture, 0, 0);
      const at = ([x, y]) => [...context.getImageData(4 * x, 4 * y, 1, 1).data];
      return { size: [picture.width, picture.height], on: on.map(at), off: [[2, 2], [100, 170]].map(at) };
    }, [[...png.bytes], [[60, 160], [130, 40], [115, 190]]]);
    assert.deepEqual(pixels, { size: [1024, 1024], on: Array(3).fill([0, 0, 0, 255]), off: Array(2).fill([255, 255, 255, 255]) });

    const { name, bytes } = await pad.saved("ndjson");
    assert.equal(name, `${best}.ndjson`);
    const { word, recognized, drawing: strokes } = JSON.parse(bytes.toString());
    assert.deepEqual([word, recognized, strokes.length], [best, true, 3]);
    // In the corner, 255 along the longer side, and of a straight line its ends.
    const [x, y] = [0, 1].map((axis) => strokes.flatMap((stroke) => stroke[axis]));
    assert.deepEqual([Math.min(...x), Math.min(...y), Math.max(...x, ...y)], [0, 0, 255]);
    assert.deepEqual(strokes.map(([x]) => x.length), [4, 3, 4]);
    assert.deepEqual(complaints, []);
  });

  test("come back with the strokes that left", async (t) => {
    const { pad, complaints } = await drawing(open, t);
    for (const drawn of [house, [...circle(70), line([30, 30], [90, 200])], ...(noStrokes ? [] : recognised().slice(100, 103).map(({ strokes }) => strokes))]) {
      await pad.clear();
      await pad.draw(drawn);
      const guesses = await pad.guesses();
      const first = await pad.saved("ndjson");
      await pad.clear();
      await pad.openFile("mine.ndjson", first.bytes);
      await until("it is on the pad", async () => (await pad.tool("Clear").isEnabled()));
      await pad.settle();
      assert.equal((await pad.guesses())[0].name, guesses[0].name);
      const opened = await pad.strokes();
      const points = JSON.parse(first.bytes).drawing.map(([x]) => x.length);
      assert.deepEqual(lengths(opened), points);
      const second = await pad.saved("ndjson");
      assert.equal(second.bytes.toString(), first.bytes.toString());
      await pad.openFile("again.ndjson", second.bytes);
      await until("it is opened anew", async () => (await pad.tool("Undo").isEnabled()));
      assert.deepEqual(await pad.strokes(), opened);
    }
    assert.deepEqual(complaints, []);
  });

  test("of all of Quick, Draw!'s kinds are opened: one drawing onto the pad, several into one's categories", async (t) => {
    const { lab, page, pad, complaints } = await teaching(open, t);
    const nose = [[[0, 0], [0, 200], [100, 255]], [[100, 0], [150, 0]]];
    await pad.openFile("full_binary_nose.bin", binary([nose]));
    await until("it is on the pad", async () => (await pad.tool("Clear").isEnabled()));
    const opened = await pad.strokes();
    assert.deepEqual(lengths(opened), [3, 2]);
    // In its middle, four fifths of its height.
    assert.deepEqual([opened[0][0], opened[0][2]].map(([x, y]) => [Math.round(x), Math.round(y)]), [[68, 26], [148, 230]]);
    const own = async () => {
      const list = page.getByRole("list", { name: "Your categories" });
      return list.getByRole("listitem").evaluateAll((items) => items.map((item) => item.querySelector("span").textContent));
    };

    await pad.drop("pooled.bin", binary([nose, nose]));
    await lab.says("2 drawings of 1 word joined your categories: pooled.");
    await pad.drop("cat.npy", npy([0, 1, 2].map(bitmap)));
    await lab.says("3 drawings of 1 word joined your categories: cat.");
    const lines = ["sun", "moon", "sun"].map((word) => `{"word":"${word}","drawing":[[[0,9],[0,255]],[[4,5,6],[7,8,9]]]}`);
    await pad.openFile("class.ndjson", lines.join("\n"));
    await lab.says("3 drawings of 2 words joined your categories: sun, moon.");
    await page.getByText("Your categories", { exact: true }).click();
    assert.deepEqual(await own(), ["cat: 3", "moon: 1", "pooled: 2", "sun: 2"]);
    // Several files at once: each joins, even of one drawing.
    await page.getByLabel("Open drawings").setInputFiles([["sun.bin", [nose]], ["moon.bin", [nose, nose]]].map(([name, drawings]) => ({ name, mimeType: "", buffer: binary(drawings) })));
    await until("both joined", async () => String(await own()) === "cat: 3,moon: 3,pooled: 2,sun: 3");
    assert.deepEqual(await pad.strokes(), opened, "the pad keeps its drawing");
    assert.deepEqual(complaints, []);
  });

  test("that are damaged, cut off, empty, foreign or huge are refused with a sentence, and nothing changes", async (t) => {
    const { lab, page, pad, complaints } = await drawing(open, t);
    await pad.draw(house);
    const drawn = await pad.strokes();
    const ndjson = `{"word":"cat","drawing":[[[0,9],[0,255]]]}\n`;
    const whole = binary([[[[0, 0], [255, 255]]], [[[0, 0], [9, 9]]]]);
    const rows = npy([0, 1].map(bitmap));
    for (const [name, content, sentence] of [
      ["cut.ndjson", ndjson + ndjson.slice(0, 30), /^cut\.ndjson: Line 2 is not a drawing: it is not JSON/],
      ["odd.ndjson", '{"word":"cat","drawing":[[[0,9],[0]]]}', /^odd\.ndjson: Line 1 is not a drawing: stroke 1 has 2 x, but 1 y\./],
      ["words.json", '{"word":"cat"}', /^words\.json: Line 1 is not a drawing: it has no "drawing"/],
      ["bytes.ndjson", Buffer.alloc(2_000, 0xfe), /^bytes\.ndjson: Line 1 is not a drawing/],
      ["empty.ndjson", "", /^empty\.ndjson: there are no drawings in it\./],
      ["cut.bin", whole.subarray(0, whole.length - 1), /^cut\.bin: Drawing 2 is not whole/],
      ["head.bin", whole.subarray(0, 30), /^head\.bin: The file was cut off: drawing 2/],
      ["page.bin", "<!doctype html><title>404</title>", /^page\.bin: This is not a file of Quick, Draw!'s strokes/],
      ["cut.npy", rows.subarray(0, rows.length - 1), /^cut\.npy: The NumPy file was cut off/],
      ["floats.npy", npy([0, 1].map(bitmap), "<f4"), /^floats\.npy: The NumPy file holds numbers of type <f4/],
      ["page.npy", "<!doctype html>", /^page\.npy: This is not a NumPy file/],
      ["cat.jpg", "JFIF", /^cat\.jpg: Drawings are read from files that end in/],
    ]) {
      await pad.drop(name, content);
      assert.match(await lab.says(sentence), sentence);
      const notice = page.getByRole("alert").filter({ hasText: name });
      assert.match(await notice.innerText(), /Nothing was changed\./);
      await notice.getByRole("button", { name: "Close" }).click();
    }
    await pad.drop("huge.ndjson", Buffer.alloc(500_000, 32), 401);
    await lab.says(/^huge\.ndjson: it has 200\.5 MB, and at most 200\.0 MB are read\./);
    assert.deepEqual(await pad.strokes(), drawn);
    await pad.settle();
    assert.equal((await pad.guesses())[0].name, "house");
    await pad.mode("Teach it").click();
    assert.equal(await page.getByText("Your categories", { exact: true }).count(), 0, "no drawing has joined");
    assert.deepEqual(complaints, []);
  });
});

describe("a link", () => {
  const { open, prepare } = stage();

  test("leads to the game", async (t) => {
    const { page, pad, complaints } = await drawing(open, t, { route: "#/sketch?mode=game" });
    assert.equal(await pad.mode("Game").getAttribute("aria-pressed"), "true");
    await page.getByRole("region", { name: "Game" }).waitFor();
    await pad.mode("Guess and why").click();
    await page.getByRole("region", { name: "Why" }).waitFor();
    assert.deepEqual(complaints, []);
  });

  test("restores a lesson", { skip: noDrawings }, async (t) => {
    const { lab, page, complaints } = await open(t, { route: "#/sketch?preset=sketch&categories=cat,clock,tree&each=50&seed=7&autostart=off" });
    const { classes, settings, status, step, link } = await lab.state();
    assert.deepEqual([classes, settings.seed, settings.drawings.each, status, step], [["cat", "clock", "tree"], 7, 50, "paused", 0]);
    assert.match(settings.network, /nn\.Linear\(64, 3\)/);
    // Copied as it stands, it leads to the same.
    const other = await page.context().browser().newContext();
    t.after(() => other.close());
    const again = await Lab.open(await other.newPage(), page.url().split("#")[0], { route: `#/sketch?autostart=off&${link}` });
    assert.deepEqual((await again.state()).settings, settings);
    // Left to itself, a lesson begins to learn.
    await page.goto(`${page.url().split("#")[0]}#/sketch?preset=sketch&categories=fish,house`);
    await until("it learns", async () => (await lab.state()).step > 2);
    assert.deepEqual((await lab.state()).classes, ["fish", "house"]);
    assert.deepEqual(complaints, []);
  });

  test("stands in a sandboxed frame of another site's slide, which has no storage", async (t) => {
    const { page, server, complaints } = await prepare(t);
    const slide = createServer((request, response) => {
      response.setHeader("Content-Type", "text/html");
      response.end(`<h1>A slide</h1><iframe sandbox="allow-scripts" width="1100" height="760" src="${server.url}#/embed/sketch?mode=teach"></iframe>`);
    });
    await new Promise((resolve) => slide.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      slide.closeAllConnections();
      slide.close();
    });
    await page.goto(`http://127.0.0.1:${slide.address().port}/`);
    const frame = await (await page.waitForSelector("iframe")).contentFrame();
    const lab = new Lab(frame);
    await lab.isReady();
    const pad = await Pad.ofShipped(lab);
    assert.equal(await frame.getByRole("banner").count(), 0);
    await pad.draw(house);
    assert.equal((await pad.guesses())[0].name, "house");
    await lab.says("This browser keeps nothing for the page: your drawings last for this visit.");
    await frame.getByRole("combobox", { name: "Name of a category" }).fill("house");
    await lab.button("Add this drawing").click();
    await lab.says("house: 1 of 10 drawn; five are the least");
    assert.deepEqual(complaints, []);
  });
});

describe("beside the other labs", () => {
  const { open, prepare } = stage();

  test("only the lab that is shown trains, and each goes on where it was", async (t) => {
    const files = standInData({ trainingShards: 4 });
    const { lab, page, complaints } = await open(t, { server: { files }, route: "#/cifar10?autostart=on&schedule=constant&workers=1" });
    const reaches = (steps) => until(`step ${steps}`, async () => (await lab.state()).step >= steps);
    await reaches(20);
    const speed = await page.evaluate(async () => {
      const before = globalThis.chalkgrad.state().step;
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return (globalThis.chalkgrad.state().step - before) / 1.5;
    });
    const { run, step: left } = await lab.state();
    await page.getByRole("link", { name: "Sketch", exact: true }).click();
    await until("the other lab stands", async () => (await lab.state()).classes?.length === 345);
    const pad = await Pad.ofShipped(lab);
    await pad.draw(house);
    assert.equal((await pad.guesses())[0].name, "house");
    assert.deepEqual([(await lab.state()).status, (await lab.state()).step], ["paused", 0]);
    await page.waitForTimeout(4_000);
    await page.getByRole("link", { name: "CIFAR-10", exact: true }).click();
    const back = await lab.state();
    assert.equal(back.run, run);
    assert.ok(back.step >= left && back.step < left + 2 * speed, `${left}, then ${back.step}, at ${speed} steps a second`);
    await until("it trains again", async () => (await lab.state()).status === "training");
    await reaches(back.step + 5);
    assert.equal((await lab.state()).run, run);

    // The pad keeps nothing that its own lab does not show; the network does.
    await page.getByRole("link", { name: "Sketch", exact: true }).click();
    assert.equal((await lab.state()).classes.length, 345);
    await (await Pad.of(lab)).draw(house);
    assert.equal((await pad.guesses())[0].name, "house");
    assert.deepEqual(complaints, []);
  });

  test("the home page has a pad that guesses at once, and loads nothing for who does not draw", async (t) => {
    const { page, server, complaints } = await prepare(t);
    await page.goto(server.url);
    const canvas = page.getByRole("application", { name: "Try it: drawing pad" });
    const words = page.getByRole("status").filter({ hasText: /Draw here|I see/ });
    await words.filter({ hasText: "Draw here." }).waitFor();
    await canvas.scrollIntoViewIfNeeded();
    await page.waitForTimeout(500);
    assert.deepEqual(server.requests.filter((path) => path.includes("sketch-345")), []);
    const { x, y, width } = await canvas.boundingBox();
    for (const stroke of house) {
      const [first, ...rest] = stroke.map((point) => [x + (point[0] * width) / 256, y + (point[1] * width) / 256]);
      await page.mouse.move(...first);
      await page.mouse.down();
      for (const point of rest) await page.mouse.move(...point);
      await page.mouse.up();
    }
    await words.filter({ hasText: /^I see house \(\d+%\), or .*, or .*\.$/ }).waitFor();
    assert.deepEqual(complaints, []);
  });
});
