// Drawings as files, labs as links and in frames, and the lab beside others.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { Lab, until } from "./support/lab.mjs";
import { Pad, binary, bitmap, circle, drawing, house, lengths, line, noDrawings, noStrokes, npy, recognised, side } from "./support/pad.mjs";
import { stage } from "./support/stage.mjs";
import { standInData } from "./support/stand-in-data.mjs";

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
    assert.deepEqual(read, ["svg", `0 0 ${side} ${side}`, ["polyline", "polyline", "polyline"]]);

    const png = await pad.saved("png");
    assert.equal(png.name, `${best}.png`);
    const pixels = await page.evaluate(async ([bytes, on, scale]) => {
      const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(picture, 0, 0);
      const at = ([x, y]) => [...context.getImageData(scale * x, scale * y, 1, 1).data];
      return { size: [picture.width, picture.height], on: on.map(at), off: [[2, 2], [100, 170]].map(at) };
    }, [[...png.bytes], [[60, 160], [130, 40], [115, 190]], 1024 / side]);
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
    const peoples = noStrokes ? [] : ["bicycle", "cat", "clock"].map((word) => recognised().find((drawn) => drawn.word === word).strokes);
    for (const drawn of [house, [...circle(70), line([30, 30], [90, 200])], ...peoples]) {
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
      await pad.clear();
      await pad.openFile("again.ndjson", second.bytes);
      await until("it is on the pad", async () => (await pad.tool("Clear").isEnabled()));
      assert.deepEqual(await pad.strokes(), opened);
    }
    assert.deepEqual(complaints, []);
  });

  test("keep the word that they came with, until something else is drawn", async (t) => {
    const { pad, complaints } = await drawing(open, t);
    await pad.openFile("mine.ndjson", JSON.stringify({ word: "a house of mine", drawing: [[[0, 200, 200], [0, 0, 200]]] }));
    await until("it is on the pad", async () => (await pad.tool("Clear").isEnabled()));
    await pad.draw([[[100, 100], [150, 120]]]);
    assert.equal(JSON.parse((await pad.saved("ndjson")).bytes).word, "a house of mine");
    await pad.clear();
    await pad.draw(house);
    assert.notEqual(JSON.parse((await pad.saved("ndjson")).bytes).word, "a house of mine");
    assert.deepEqual(complaints, []);
  });

  test("of all of Quick, Draw!'s kinds are opened: one drawing onto the pad, several into one's categories", async (t) => {
    const { lab, page, pad, complaints } = await drawing(open, t, { route: "#/sketch?mode=teach" });
    const nose = [[[0, 0], [0, 200], [100, 255]], [[100, 0], [150, 0]]];
    await pad.openFile("full_binary_nose.bin", binary([nose]));
    await until("it is on the pad", async () => (await pad.tool("Clear").isEnabled()));
    const opened = await pad.strokes();
    assert.deepEqual(lengths(opened), [3, 2]);
    // In its middle, four fifths of its height.
    assert.deepEqual([opened[0][0], opened[0][2]].map(([x, y]) => [Math.round(x), Math.round(y)]), [[61, 8], [161, 263]]);
    const own = () => page.getByRole("list", { name: "Your categories" }).locator("li > span").allTextContents();

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
    const files = Object.entries({ "sun.bin": [nose], "moon.bin": [nose, nose] });
    const given = files.map(([name, drawings]) => ({ name, mimeType: "", buffer: binary(drawings) }));
    await page.getByLabel("Open drawings").setInputFiles(given);
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

  test("follows what stands beside the pad, so that a reload shows it again", async (t) => {
    const { page, lab, pad } = await drawing(open, t);
    await pad.mode("Teach it").click();
    await page.waitForURL(/#\/sketch\?.*mode=teach/, { timeout: 3_000 });
    await page.reload();
    await lab.isReady();
    assert.equal(await pad.mode("Teach it").getAttribute("aria-pressed"), "true");
  });

  test("restores a lesson", { skip: noDrawings }, async (t) => {
    const route = "#/sketch?preset=sketch&categories=cat,clock,tree&each=50&seed=7&autostart=off";
    const { lab, page, complaints } = await open(t, { route });
    const { classes, settings, status, step, link } = await lab.state();
    assert.deepEqual([classes, settings.seed, settings.drawings.each, status, step], [["cat", "clock", "tree"], 7, 50, "paused", 0]);
    assert.match(settings.network, /nn\.Linear\(64, 3\)/);
    // Copied as it stands, it leads to the same.
    const other = await page.context().browser().newContext();
    t.after(() => other.close());
    const again = await Lab.open(await other.newPage(), page.url().split("#")[0], { route: `#/sketch?autostart=off&${link}` });
    assert.deepEqual((await again.state()).settings, settings);
    // Left to itself, a lesson begins to learn.
    await page.goto(`${page.url().split("#")[0]}#/sketch?preset=sketch&categories=airplane,fish,house`);
    await until("it learns", async () => (await lab.state()).step > 2);
    assert.deepEqual((await lab.state()).classes, ["airplane", "fish", "house"]);
    assert.deepEqual(complaints, []);
  });

  test("to other categories than its network is made for is followed, or it is said why not", { skip: noDrawings }, async (t) => {
    const { page, server } = await prepare(t);
    await page.goto(`${server.url}#/sketch?preset=sketch&categories=fish,house`);
    await page.waitForFunction(() => globalThis.chalkgrad);
    const answer = await until("it stands, or is refused", async () => {
      const { classes, refusal } = await page.evaluate(() => globalThis.chalkgrad.state());
      return classes ?? refusal?.message;
    });
    if (typeof answer === "string") await new Lab(page).says(answer, 3_000);
    else assert.deepEqual(answer, ["fish", "house"]);
  });

  test("stands in a sandboxed frame of another site's slide, which has no storage", async (t) => {
    const { page, server, complaints } = await prepare(t);
    const slide = createServer((request, response) => {
      response.setHeader("Content-Type", "text/html");
      const address = `${server.url}#/embed/sketch?mode=teach`;
      response.end(`<h1>A slide</h1><iframe sandbox="allow-scripts" width="1100" height="760" src="${address}"></iframe>`);
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
    const back = await until("the first lab is back", async () => {
      const state = await lab.state();
      return state.route === "/cifar10" && state;
    });
    assert.equal(back.run, run);
    assert.ok(back.step >= left && back.step < left + 2 * speed, `${left}, then ${back.step}, at ${speed} steps a second`);
    await until("it trains again", async () => (await lab.state()).status === "training");
    await reaches(back.step + 5);
    assert.equal((await lab.state()).run, run);

    // The network of the other lab stands as it stood, too.
    await page.getByRole("link", { name: "Sketch", exact: true }).click();
    await until("the other lab is back", async () => (await lab.state()).route === "/sketch");
    assert.deepEqual([(await lab.state()).classes.length, (await lab.state()).run], [345, 1]);
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
      const [first, ...rest] = stroke.map((point) => [x + (point[0] * width) / side, y + (point[1] * width) / side]);
      await page.mouse.move(...first);
      await page.mouse.down();
      for (const point of rest) await page.mouse.move(...point);
      await page.mouse.up();
    }
    await words.filter({ hasText: /^I see house \(\d+%\), or .*, or .*\.$/ }).waitFor();
    assert.deepEqual(complaints, []);
  });
});
