// Classes of one's own: a folder of folders with pictures in place of CIFAR-10.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { until } from "./support/lab.mjs";
import { stage } from "./support/stage.mjs";
import { standInData } from "./support/stand-in-data.mjs";

describe("classes of one's own", () => {
  const { open } = stage();

  /** A folder of folders with pictures in three colours. */
  async function threeColours(t, page) {
    const folder = await mkdtemp(join(tmpdir(), "chalkgrad-classes-"));
    t.after(() => rm(folder, { recursive: true }));
    for (const [name, colour] of [["blue", "rgb(20, 30, 200)"], ["green", "rgb(20, 200, 30)"], ["red", "rgb(200, 30, 20)"]]) {
      await mkdir(join(folder, "mine", name), { recursive: true });
      for (let index = 0; index < 10; index += 1) {
        const bytes = await page.evaluate(async ([colour, index]) => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 40 });
          const context = canvas.getContext("2d");
          context.fillStyle = colour;
          context.fillRect(0, 0, 40, 20 + index);
          const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
          return [...new Uint8Array(await blob.arrayBuffer())];
        }, [colour, index]);
        await writeFile(join(folder, "mine", name, `${index}.png`), Buffer.from(bytes));
      }
    }
    return join(folder, "mine");
  }

  const choose = (page, folder) => page.locator("input[webkitdirectory]").setInputFiles(folder);

  /** As from a window beside the browser's. */
  async function drop(page, folder) {
    const client = await page.context().newCDPSession(page);
    const data = { items: [], files: [folder], dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"]) {
      await client.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
    }
  }

  for (const [how, bring] of [["chosen", choose], ["dropped", drop]]) {
    test(`train in place of CIFAR-10, from a folder of folders that is ${how}`, async (t) => {
      const { lab, page, complaints } = await open(t, { server: { files: standInData() } });
      await bring(page, await threeColours(t, page));
      await until("it learns them", async () => (await lab.state()).dataset === "your own classes");
      await lab.untilNumber("Accuracy", (value) => value >= 95);
      await lab.pause();
      assert.deepEqual((await lab.state()).classes, ["blue", "green", "red"]);
      await lab.view("test");
      await lab.button("Measure all").click();
      await lab.says(/^100\.0% .* right of 6 at step/);
      assert.deepEqual(complaints, []);
    });
  }
});
