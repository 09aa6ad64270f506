// The CIFAR-10 lab: what the network makes of the test set, of one picture, and of one's own.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "./support/lab.mjs";
import { hasData } from "./support/server.mjs";
import { needsAdapter, stage } from "./support/stage.mjs";
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
    const { lab, page, complaints } = await trained(open, t, 12);
    await lab.view("test");
    await lab.button("Measure all").click();
    const panel = page.getByRole("region", { name: "Test set" });
    const summary = await lab.says(/% \(.* to .*\) right of 400 at step 12/);
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
    await panel.getByRole("switch", { name: "Ten views" }).check({ force: true });
    await lab.button("Measure all").click();
    await lab.says(/right of 400 at step 12, mean of 10 views/);
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

  test("the pictures that excite a layer's channels are shown", async (t) => {
    const { lab, page, complaints } = await trained(open, t);
    await lab.button("Exciting pictures").click();
    await page.getByRole("img", { name: "exciting pictures (64 pictures)" }).waitFor();
    await lab.button("Exciting pictures").click();
    await page.getByRole("img", { name: /Conv2d\(3, 16/ }).waitFor();
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

  test("is cropped by keys, by the wheel and by dragging it", async (t) => {
    const { lab, page, complaints } = await trained(open, t, 5);
    const png = await page.evaluate(async () => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 128, height: 64 });
      const context = canvas.getContext("2d");
      context.fillStyle = "rgb(255, 0, 0)";
      context.fillRect(0, 0, 64, 64);
      context.fillStyle = "rgb(0, 0, 255)";
      context.fillRect(64, 0, 64, 64);
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
      return [...new Uint8Array(await blob.arrayBuffer())];
    });
    await page.getByLabel("Own picture").setInputFiles({ name: "two.png", mimeType: "image/png", buffer: Buffer.from(png) });
    const cell = page.getByRole("button", { name: /^Your picture\. Guesses: \w+ \d+%/ });
    await cell.waitFor();
    const isAllOf = (colour) => until(`all of it is ${colour}`, async () => {
      const corners = await cell.locator("canvas").evaluate((canvas) => {
        const copy = Object.assign(document.createElement("canvas"), { width: 2, height: 1 }).getContext("2d");
        [1, 30].forEach((from, to) => copy.drawImage(canvas, from, 16, 1, 1, to, 0, 1, 1));
        return [...copy.getImageData(0, 0, 2, 1).data];
      });
      return corners.join() === [...colour, 255, ...colour, 255].join();
    });
    await cell.focus();
    for (let press = 0; press < 8; press += 1) await page.keyboard.press("ArrowRight");
    await isAllOf([0, 0, 255]);
    for (let press = 0; press < 12; press += 1) await page.keyboard.press("ArrowLeft");
    await isAllOf([255, 0, 0]);
    for (let press = 0; press < 8; press += 1) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("+");
    await cell.locator("canvas").hover();
    for (let turn = 0; turn < 4; turn += 1) await page.mouse.wheel(0, -100);
    await isAllOf([0, 0, 255]);
    // The picture follows the pointer, beyond its cell too.
    const { x, y, width, height } = await cell.locator("canvas").boundingBox();
    for (const [distance, colour] of [[2 * width, [255, 0, 0]], [-2 * width, [0, 0, 255]]]) {
      for (let pull = 0; pull < 4; pull += 1) {
        await page.mouse.move(x + width / 2, y + height / 2);
        await page.mouse.down();
        await page.mouse.move(x + width / 2 + distance, y + height / 2);
        await page.mouse.up();
      }
      await isAllOf(colour);
    }
    await lab.says(/of your picture/);
    assert.deepEqual(complaints, []);
  });

  test("comes by paste and by drop, too", async (t) => {
    const { lab, page, complaints } = await trained(open, t, 5);
    const cell = page.getByRole("button", { name: /^Your picture\. Guesses: \w+ \d+%/ });
    for (const [kind, colour] of [["paste", [0, 0, 255, 255]], ["drop", [0, 255, 0, 255]]]) {
      await page.evaluate(async ([kind, colour]) => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
        const context = canvas.getContext("2d");
        context.fillStyle = `rgb(${colour.slice(0, 3)})`;
        context.fillRect(0, 0, 64, 64);
        const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
        const carried = new DataTransfer();
        carried.items.add(new File([blob], "picture.png", { type: "image/png" }));
        const settings = { bubbles: true, cancelable: true };
        if (kind === "paste") globalThis.dispatchEvent(new ClipboardEvent(kind, { ...settings, clipboardData: carried }));
        else document.querySelector("canvas").dispatchEvent(new DragEvent(kind, { ...settings, dataTransfer: carried }));
      }, [kind, colour]);
      await cell.waitFor();
      await until(`the picture that came by ${kind} is shown`, async () => {
        // A canvas that is read again and again wants to know: so a copy is read.
        const pixel = await cell.locator("canvas").evaluate((canvas) => {
          const copy = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
          copy.drawImage(canvas, 16, 16, 1, 1, 0, 0, 1, 1);
          return [...copy.getImageData(0, 0, 1, 1).data];
        });
        return pixel.join() === colour.join();
      });
    }
    await lab.says(/of your picture/);
    assert.deepEqual(complaints, []);
  });
});

describe("the camera", () => {
  const { open } = stage({ flags: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] });

  test("is guessed several times a second until it is stopped", async (t) => {
    const { lab, page, complaints } = await trained(open, t, 5);
    await lab.button("Camera").click();
    await page.getByRole("button", { name: /^Your picture\. Guesses: \w+ \d+%/ }).waitFor();
    await lab.forget();
    await until("three pictures are guessed", async () => (await lab.events("brought")).length >= 3);
    await lab.button("Stop the camera").click();
    await lab.button("Camera").waitFor();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await lab.forget();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.equal((await lab.events("brought")).length, 0, "no picture is taken any more");
    assert.deepEqual(complaints, []);
  });
});

describe("what changes while it trains", () => {
  const { open } = stage();

  test("takes effect without a new run", async (t) => {
    const { lab, page, complaints } = await trained(open, t, 5);
    const run = (await lab.state()).run;
    await lab.train();
    await lab.setNumber("Label smoothing, number", 0.1);
    await lab.setNumber("Shift", 2);
    await page.getByRole("combobox", { name: "Method" }).selectOption("sgd");
    await until("the engine has taken them over", async () => {
      const { settings } = await lab.state();
      return settings.label_smoothing === 0.1 && settings.augmentation.shift === 2 && settings.optimizer.kind === "sgd";
    });
    await lab.pause();
    assert.equal((await lab.state()).run, run);
    assert.equal((await lab.events("stopped")).length, 0);
    await page.getByText("The next training images, as they will be seen").waitFor();
    await page.getByRole("img", { name: /^A step in ms: loading .*, forward .*, backward .*, update .*\. L2 part of the loss: / }).waitFor();
    assert.deepEqual(complaints, []);
  });

  test("what begins a new run can keep what was learned", async (t) => {
    const { lab, page, complaints } = await trained(open, t, 60);
    const loss = async () => (await lab.send({ type: "evaluate", split: "test" })).loss;
    const learned = await loss();
    await lab.setNumber("Batch size", 32);
    await lab.setNumber("Seed", 7);
    await lab.button("Keep weights").click();
    await until("the new run stands ready", async () => (await lab.state()).settings.batch_size === 32);
    await lab.untilEvent("loaded");
    assert.ok(Math.abs((await loss()) - learned) < 1e-4, "the same weights");
    await lab.send({ type: "step", steps: 1 });
    assert.ok((await lab.lastProgress()).losses.length === 1);
    assert.equal(await page.getByRole("button", { name: "Keep weights" }).count(), 0);
    assert.deepEqual(complaints, []);
  });

  test("it stops where it was told to, and goes on where that is lifted", async (t) => {
    const { lab, complaints } = await trained(open, t, 5);
    const { steps_per_epoch: epoch } = { steps_per_epoch: Math.floor((8 * 200) / 64) };
    await lab.setNumber("Epochs to stop", 2);
    await lab.train();
    await lab.says(/The run has reached the 2 epochs after which it was to stop/);
    assert.equal((await lab.untilEvent("stopped")).step, 2 * epoch);
    await lab.setNumber("Epochs to stop", 0);
    await until("it can go on", async () => (await lab.state()).status === "paused");
    await lab.step();
    await lab.untilNumber("Epoch", (value) => value > 2);
    assert.deepEqual(complaints, []);
  });
});

describe("the curves", () => {
  const { open } = stage();

  /** The text of the file that this brings. */
  async function saved(page, choose) {
    const [download] = await Promise.all([page.waitForEvent("download"), choose()]);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) };
  }

  test("are saved as numbers and as pictures", async (t) => {
    const { lab, page, complaints } = await trained(open, t, 30);
    const choose = (label, kind) => () => page.getByRole("combobox", { name: label }).selectOption(kind);
    const csv = await saved(page, choose("Save loss", "csv"));
    const rows = csv.bytes.toString().trim().split("\n");
    assert.deepEqual([csv.name, rows.length, rows[0].split(",")[1]], ["chalkgrad-loss.csv", 31, "training loss"]);
    const losses = (await lab.events("progressed")).flatMap(({ losses }) => losses);
    assert.ok(Math.abs(Number(rows[1].split(",")[1]) - losses[0]) < 1e-6);
    const svg = await saved(page, choose("Save accuracy", "svg"));
    assert.match(svg.bytes.toString(), /^<svg .*<path d="M/s);
    const png = await saved(page, choose("Save loss", "png"));
    assert.equal(png.bytes.subarray(1, 4).toString(), "PNG");
    assert.deepEqual(complaints, []);
  });

  test("keep earlier runs beside the new one, zoom, and are cleared", async (t) => {
    const { lab, page, complaints } = await trained(open, t, 60);
    assert.equal(await lab.button("Clear").count(), 0);
    await lab.reset();
    await lab.button("Clear").waitFor();
    await lab.send({ type: "step", steps: 60 });
    const plot = page.getByRole("img", { name: /^Loss over training steps/ });
    const { x, y, width, height } = await plot.boundingBox();
    await page.mouse.move(x + 0.4 * width, y + 0.5 * height);
    await page.mouse.down();
    await page.mouse.move(x + 0.9 * width, y + 0.5 * height, { steps: 4 });
    await page.mouse.up();
    await lab.button("Whole").click();
    assert.equal(await lab.button("Whole").count(), 0);
    await lab.button("Clear").click();
    assert.equal(await lab.button("Clear").count(), 0);
    assert.deepEqual(complaints, []);
  });
});

describe("the time line", () => {
  const { open } = stage();

  test("shows a kept step's filters, guesses and confusions within 200 ms, and goes on from there", async (t) => {
    const { lab, page, complaints } = await trained(open, t, 30);
    const early = await lab.send({ type: "snapshot" });
    await lab.send({ type: "step", steps: 60 });
    const late = await lab.send({ type: "snapshot" });
    assert.deepEqual([early.step, early.judged, late.step], [30, 200, 90]);
    await until("both are kept", async () => (await lab.state()).snapshots.length >= 2);
    await lab.view("test");
    await lab.button("Measure all").click();
    await lab.says(/right of 400 at step 90/);
    await lab.view("live");
    const scrubber = page.getByRole("slider", { name: "Rewind everything to a kept step" });
    const took = await scrubber.evaluate(async (slider) => {
      slider.value = slider.min;
      const began = performance.now();
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return performance.now() - began;
    });
    t.diagnostic(`${took.toFixed(0)} ms`);
    assert.ok(took < 200, `${took} ms`);
    // What is shown is what the engine said of that step.
    await lab.view("test");
    await lab.says(/right of 200 at step 30/);
    await lab.view("live");
    await page.getByRole("slider", { name: "Rewind everything to a kept step" }).evaluate((slider) => {
      slider.value = slider.min;
      slider.dispatchEvent(new Event("change", { bubbles: true }));
    });
    await until("it stands there", async () => (await lab.state()).step === 30);
    await lab.step();
    await until("it goes on from there", async () => (await lab.state()).step === 31);
    await lab.button("Clear").waitFor();
    assert.deepEqual(complaints, []);
  });
});

describe("a network that comes with the page", { skip: !hasData && "no data/: run `chalkgrad data`" }, () => {
  const { open } = stage();

  test("opens with its weights and reaches what its card says", async (t) => {
    const { lab, page, complaints } = await open(t);
    await lab.button("ConvNetJS").click();
    const card = page.getByRole("region", { name: "Card of the trained network" });
    const { accuracy } = await page.evaluate(async () => {
      const card = await (await fetch("models/cifar10-convnetjs.json")).json();
      return { accuracy: card.judgement.top1.value };
    });
    await card.getByText(`${(100 * accuracy).toFixed(1)}%`, { exact: false }).waitFor();
    await lab.view("test");
    await lab.button("Measure all").click();
    await lab.says(/right of 10,000/, 120_000);
    const measured = (await lab.events("evaluated")).at(-1).accuracy;
    assert.ok(Math.abs(measured - accuracy) <= 2e-4, `${measured} here, ${accuracy} natively`);
    assert.deepEqual(complaints, []);
  });
});

describe("a project file", () => {
  const { open } = stage();

  test("brings back network, settings, curves and step, and goes on as the run itself would have", async (t) => {
    const { lab, page, complaints } = await trained(open, t, 30);
    const [download] = await Promise.all([page.waitForEvent("download"), lab.button("Save project").click()]);
    assert.equal(download.suggestedFilename(), "step-30.chalkgrad");
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    const file = Buffer.concat(chunks);
    await lab.forget();
    await lab.send({ type: "step", steps: 5 });
    const losses = async () => (await lab.events("progressed")).flatMap(({ losses }) => losses);
    const gone = await losses();

    // Another run, then back; what is damaged changes nothing.
    await lab.send({ type: "configure", settings: { dataset: "shapes", seed: 5 } });
    const field = page.locator("input[type=file][accept*=chalkgrad]");
    const put = (name, buffer) => field.setInputFiles({ name, mimeType: "application/octet-stream", buffer });
    await put("half.chalkgrad", file.subarray(0, file.length / 2));
    await lab.says(/half\.chalkgrad: its part .* is missing or cut short/);
    assert.equal((await lab.state()).settings.seed, 5);
    await put("mine.chalkgrad", file);
    await lab.says(/mine\.chalkgrad is open: its run stands at step 30/);
    const state = await lab.state();
    assert.deepEqual([state.step, state.settings.seed, state.settings.dataset], [30, 1, "cifar10"]);
    await lab.forget();
    await lab.send({ type: "step", steps: 5 });
    assert.deepEqual(await losses(), gone);
    assert.deepEqual(complaints, []);
  });
});

describe("CPU and WebGPU", () => {
  const { open } = stage({ webgpu: true });

  test("are held against one another on request", async (t) => {
    const { lab, page, complaints } = await open(t, { server: { files: standInData() } });
    if (!(await needsAdapter(t, page))) return;
    await page.getByText("What this machine can do").click();
    await lab.button("Do CPU and WebGPU agree?").click();
    const words = await lab.says(/over 100 steps their losses differ by/, 120_000);
    assert.match(words, /^✓ CPU and WebGPU agree/);
    t.diagnostic(words);
    assert.deepEqual(complaints, []);
  });
});

describe("a reload", () => {
  const { open } = stage();

  test("keeps the curve and the steps that can be gone back to", async (t) => {
    const { lab, page, complaints } = await trained(open, t, 20);
    await lab.send({ type: "snapshot" });
    await lab.send({ type: "step", steps: 20 });
    await lab.send({ type: "snapshot" });
    await until("both are in the browser's storage", async () => (await lab.keptSteps("timeline")).length >= 2);
    await page.reload();
    await lab.isReady();
    await lab.says(/This run goes on from step 40/);
    assert.deepEqual((await lab.state()).snapshots, [20, 40]);
    const csv = page.getByRole("table", { name: "Loss" });
    await until("the curve is there", async () => (await csv.getByRole("row").count()) > 5);
    await page.getByRole("slider", { name: "Rewind everything to a kept step" }).evaluate((slider) => {
      slider.value = slider.min;
      slider.dispatchEvent(new Event("change", { bubbles: true }));
    });
    await until("it stands there", async () => (await lab.state()).step === 20);
    assert.deepEqual(complaints, []);
  });
});
