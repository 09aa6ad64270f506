// Networks in the page: chosen, typed, drawn, taken away as files, and brought back.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { until } from "./support/lab.mjs";
import { stage } from "./support/stage.mjs";
import { standInData } from "./support/stand-in-data.mjs";

/** Drops a file on the lab, as from a folder beside the browser. */
async function drop(page, name, content) {
  const bytes = [...Buffer.from(content)];
  const transfer = await page.evaluateHandle(
    ([name, bytes]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], name));
      return transfer;
    },
    [name, bytes],
  );
  await page.locator(".lab").dispatchEvent("drop", { dataTransfer: transfer });
}

/** A safetensors file of one tensor of zeros. */
function safetensors(key, shape) {
  const length = 4 * shape.reduce((product, size) => product * size, 1);
  const header = Buffer.from(JSON.stringify({ [key]: { dtype: "F32", shape, data_offsets: [0, length] } }));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([size, header, Buffer.alloc(length)]);
}

/** The whole state's bytes, to compare. */
async function weights(page) {
  return page.evaluate(async () => {
    const { buffers } = await globalThis.chalkgrad.send({ type: "export" });
    return [...new Uint8Array(buffers[0])].join();
  });
}

describe("presets", () => {
  const { open } = stage();

  test("are chosen by name, and each trains", async (t) => {
    const { lab, page, complaints } = await open(t, { server: { files: standInData() } });
    const choice = page.getByRole("combobox", { name: "Preset" });
    for (const [title, name, text] of [
      ["LeNet-5", "lenet", /class LeNet/],
      ["Residual network", "resnet", /class BasicBlock/],
      ["Inception network", "inception", /torch\.cat/],
      ["VGG-like", "vgg", /def block/],
      ["MLP", "mlp", /3 \* 32 \* 32/],
    ]) {
      await lab.forget();
      await choice.selectOption(title);
      await lab.untilEvent("configured");
      assert.match(await lab.network().inputValue(), text);
      await lab.step();
      assert.ok((await lab.untilEvent("stepped")).step > 0);
      assert.equal((await lab.state()).link, `preset=${name}`);
    }
    assert.deepEqual(complaints, []);
  });
});

describe("typing", () => {
  const { open } = stage();

  test("shows an error at its place, keeps the focus, and never stops what trains", async (t) => {
    const { lab, page, complaints } = await open(t, { server: { files: standInData() } });
    await lab.train();
    await lab.untilEvent("progressed");
    await lab.network().fill("nn.Sequential(\n    nn.Flatten(),\n    nn.Linaer(3072, 10),\n)");
    const status = page.locator(".editor").getByRole("status");
    await status.getByText(/Line 3, column 5.*Linaer.*nn\.Linear/).waitFor();
    assert.equal(await page.locator(".editor mark").innerText(), "nn.Linaer");
    assert.ok(await lab.network().evaluate((area) => area === document.activeElement));
    const { step, status: now } = await lab.state();
    assert.equal(now, "training");
    await until("the step count rises", async () => (await lab.state()).step > step);

    await lab.network().fill("nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))");
    await status.getByText("30,730 parameters").waitFor();
    assert.equal(await page.locator(".editor mark").count(), 0);
    assert.equal((await lab.state()).status, "training");
    assert.deepEqual(complaints, []);
  });

  test("takes ConvNetJS's own text", async (t) => {
    const { lab } = await open(t, { server: { files: standInData() } });
    await lab.setNetwork(`layer_defs = [];
layer_defs.push({type:'input', out_sx:32, out_sy:32, out_depth:3});
layer_defs.push({type:'conv', sx:5, filters:16, stride:2, pad:2, activation:'relu'});
layer_defs.push({type:'pool', sx:2, stride:2});
layer_defs.push({type:'softmax', num_classes:10});`);
    await lab.apply();
    assert.equal((await lab.state()).refusal, null);
    assert.equal((await lab.state()).parameters, 16 * 75 + 16 + 10 * 16 * 64 + 10);
  });
});

describe("files", () => {
  const { open } = stage();

  test("leave as a script with weights, and the weights come back to the same accuracy", async (t) => {
    const { lab, page, complaints } = await open(t, { server: { files: standInData() } });
    await lab.send({ type: "step", steps: 30 });
    const downloads = [];
    page.on("download", (download) => downloads.push(download));
    await lab.button("Export").click();
    await until("two files are saved", () => downloads.length === 2);
    const [script, file] = downloads;
    assert.deepEqual(downloads.map((download) => download.suggestedFilename()), [
      "chalkgrad-step-30.py",
      "chalkgrad-step-30.safetensors",
    ]);
    assert.match(await readFile(await script.path(), "utf8"), /BATCH_SIZE = 64[\s\S]*torch\.optim\.AdamW/);
    const measure = () => lab.send({ type: "evaluate", split: "held_out" });
    const before = await measure();
    const bytes = await readFile(await file.path());
    await lab.send({ type: "reset" });
    assert.notEqual((await measure()).loss, before.loss);
    const chosen = { name: "mine.safetensors", mimeType: "", buffer: bytes };
    await page.getByLabel("Open a file").setInputFiles(chosen);
    await lab.says(/mine\.safetensors: 8 tensors were loaded/);
    const after = await measure();
    assert.deepEqual([after.loss, after.accuracy], [before.loss, before.accuracy]);
    assert.deepEqual(complaints, []);
  });

  test("that do not fit are refused with a sentence and change nothing", async (t) => {
    const { lab, page } = await open(t, { server: { files: standInData() } });
    await lab.step();
    await lab.untilEvent("stepped");
    const before = await weights(page);
    for (const [name, content, sentence] of [
      ["wrong.safetensors", safetensors("0.weight", [16, 3, 3, 3]), /wrong.*0\.weight is \[16, 3, 3, 3\], but \[16, 3, 5, 5\]/s],
      ["cut.safetensors", safetensors("0.weight", [16, 3, 5, 5]).subarray(0, 200), /cut.*need/],
      ["huge.safetensors", Buffer.alloc(64, 0xff), /huge.*header/],
      ["model.pth", Buffer.from("PK"), /model\.pth.*safetensors/],
    ]) {
      await drop(page, name, content);
      await lab.says(sentence);
    }
    assert.equal(await weights(page), before);
    await lab.train();
    await lab.untilNumber("Examples seen", (examples) => examples > 500);
  });

  test("of text go into the editor when they are dropped", async (t) => {
    const { lab, page } = await open(t, { server: { files: standInData() } });
    const text = "model = nn.Sequential(nn.Flatten(), nn.Linear(3072, 10))";
    await drop(page, "net.py", text);
    await until("the editor has the text", async () => (await lab.network().inputValue()) === text);
    await lab.apply();
    assert.equal((await lab.state()).parameters, 30_730);
  });
});

describe("the graph", () => {
  const { open } = stage();

  test("is walked over, folded and zoomed by keyboard", async (t) => {
    const { lab, page, complaints } = await open(t, {
      server: { files: standInData() },
      route: "#/cifar10?autostart=off&preset=resnet",
    });
    await lab.view("network");
    const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
    await page.getByRole("img", { name: /^input: output 3×32×32/ }).focus();
    await page.keyboard.press("ArrowDown");
    assert.match(await focused(), /^stem: output 16×32×32, 432 parameters.*Conv2d\(3, 16/);
    const block = page.getByRole("button", { name: /^layer2 with/ });
    assert.equal(await block.getAttribute("aria-expanded"), "true");
    assert.ok(await page.getByRole("img", { name: /^layer2\.conv1/ }).isVisible());
    await block.focus();
    await page.keyboard.press("Enter");
    assert.match(await focused(), /^layer2 with/);
    assert.equal(await block.getAttribute("aria-expanded"), "false");
    assert.equal(await page.getByRole("img", { name: /^layer2\.conv1/ }).count(), 0);
    await page.keyboard.press("Enter");
    assert.equal(await block.getAttribute("aria-expanded"), "true");

    const width = async () => (await page.locator(".diagram svg").boundingBox()).width;
    const before = await width();
    await page.keyboard.press("+");
    assert.ok((await width()) > before);
    await page.keyboard.press("0");
    assert.ok((await width()) < before);
    await lab.button("Fold all").click();
    assert.equal(await page.getByRole("button", { name: /^layer\d with/ }).count(), 3);
    assert.equal(await page.getByRole("img", { name: /^layer/ }).count(), 0);

    await lab.button("Table").click();
    const total = page.getByRole("row", { name: /^Together/ });
    assert.match(await total.innerText(), new RegExp((await lab.state()).parameters.toLocaleString("en")));
    assert.deepEqual(complaints, []);
  });
});
