// The sketch lab: the pad, what the network takes a drawing for, and why.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { keepWorkers } from "./support/hooks.mjs";
import { until } from "./support/lab.mjs";
import { bestOfThree, circle, drawing, house, lengths, line, noDrawings, noStrokes, quantile, recognised } from "./support/pad.mjs";
import { stage } from "./support/stage.mjs";

describe("the pad", () => {
  const { open } = stage();

  test("keeps strokes as strokes, and takes them back, brings them again and erases them one by one", async (t) => {
    const { page, pad, complaints } = await drawing(open, t);
    assert.ok(await pad.tool("Undo").isDisabled());
    await pad.drawByMouse(house);
    const drawn = await pad.strokes();
    assert.deepEqual(lengths(drawn), lengths(house));
    for (const [place, stroke] of house.entries()) {
      for (const axis of [0, 1]) assert.ok(Math.abs(drawn[place].at(-1)[axis] - stroke.at(-1)[axis]) < 1, JSON.stringify(drawn[place]));
    }

    await pad.tool("Undo").click();
    assert.deepEqual(await pad.strokes(), drawn.slice(0, 2));
    await pad.tool("Redo").click();
    assert.deepEqual(await pad.strokes(), drawn);
    assert.ok(await pad.tool("Redo").isDisabled());

    // The eraser takes the roof, all of it, where it touches its edge, and nothing where there is none.
    await pad.tool("Eraser").click();
    assert.equal(await pad.tool("Eraser").getAttribute("aria-pressed"), "true");
    await page.mouse.click(...(await pad.onScreen([[20, 20]]))[0]);
    assert.deepEqual(await pad.strokes(), drawn);
    await page.mouse.click(...(await pad.onScreen([house[1][4]]))[0]);
    assert.deepEqual(await pad.strokes(), [drawn[0], drawn[2]]);
    assert.equal(await pad.hasInk(house[1][4]), false);
    await pad.tool("Eraser").click();

    await pad.tool("Clear").click();
    await pad.settle();
    assert.deepEqual([await pad.strokes(), await pad.guesses()], [[], []]);
    assert.ok(await page.getByRole("combobox", { name: "Save drawing" }).isDisabled());
    await pad.tool("Undo").click();
    await pad.settle();
    assert.deepEqual(await pad.strokes(), [drawn[0], drawn[2]]);
    assert.equal((await pad.guesses()).length, 5);
    assert.deepEqual(complaints, []);
  });

  test("is drawn on by finger and by pen, with every place that the browser tells of", async (t) => {
    const { page, pad, complaints } = await drawing(open, t, { context: { hasTouch: true } });
    const session = await page.context().newCDPSession(page);
    const [from, over, to] = await pad.onScreen([[60, 60], [120, 150], [200, 200]]);
    const touch = (type, points) => session.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
    const top = () => page.evaluate(() => [scrollX, scrollY, document.querySelector("main").scrollTop].join());
    const before = await top();
    await touch("touchStart", [from]);
    await touch("touchMove", [over]);
    await touch("touchMove", [to]);
    await touch("touchEnd", []);
    assert.equal(await top(), before, "the page stays where it is");
    const pen = { button: "left", buttons: 1, clickCount: 1, pointerType: "pen" };
    const mouse = (type, [x, y]) => session.send("Input.dispatchMouseEvent", { type, x, y, ...pen });
    const [here, there] = await pad.onScreen([[30, 230], [90, 230]]);
    await mouse("mousePressed", here);
    await mouse("mouseMoved", there);
    await mouse("mouseReleased", there);
    await pad.settle();
    const near = (point, x, y) => Math.hypot(point[0] - x, point[1] - y) < 1;
    const [byFinger, byPen, ...none] = await pad.strokes();
    assert.ok(near(byFinger[0], 60, 60) && near(byFinger.at(-1), 200, 200), JSON.stringify(byFinger));
    assert.ok(near(byPen[0], 30, 230) && near(byPen.at(-1), 90, 230), JSON.stringify(byPen));
    assert.deepEqual(none, []);

    // A move that stands for several places; and a second finger, which draws nothing.
    await page.evaluate(() => {
      const { pen } = globalThis;
      const coalescedEvents = [[40, 20], [60, 30], [80, 20]].map((point) => pen.event("pointermove", point, { pointerType: "pen" }));
      pen.fire("pointerdown", [20, 20], { pointerType: "pen" });
      pen.fire("pointerdown", [200, 100], { pointerType: "touch", pointerId: 8, isPrimary: false });
      pen.fire("pointermove", [80, 20], { pointerType: "pen", coalescedEvents });
      pen.fire("pointermove", [220, 120], { pointerType: "touch", pointerId: 8, isPrimary: false });
      pen.fire("pointerup", [220, 120], { pointerType: "touch", pointerId: 8, isPrimary: false });
      pen.fire("pointercancel", [80, 20], { pointerType: "pen" });
    });
    const last = (await pad.strokes()).slice(2);
    assert.deepEqual(lengths(last), [4]);
    assert.ok(near(last[0][2], 60, 30), JSON.stringify(last));
    assert.deepEqual(complaints, []);
  });

  test("is drawn on with keys, which mean nothing else meanwhile", async (t) => {
    const { lab, page, pad, complaints } = await drawing(open, t);
    await pad.canvas.focus();
    const press = async (...keys) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press("Space", ...Array(10).fill("ArrowRight"), ...Array(5).fill("ArrowDown"), "Space");
    await press("ArrowUp", "Enter", ...Array(3).fill("ArrowLeft"), "Enter");
    const drawn = await pad.strokes();
    assert.deepEqual(lengths(drawn), [16, 4]);
    assert.deepEqual([drawn[0][0], drawn[0].at(-1), drawn[1].at(-1)], [[136, 136], [216, 176], [192, 168]]);
    await pad.settle();
    assert.equal((await pad.guesses()).length, 5);
    assert.equal((await lab.state()).status, "paused", "Space is not for training here");

    await pad.canvas.focus();
    await press("Control+z");
    assert.deepEqual(await pad.strokes(), drawn.slice(0, 1));
    await pad.canvas.focus();
    await press("Control+Shift+Z");
    assert.deepEqual(await pad.strokes(), drawn);
    await pad.canvas.focus();
    await press("Delete");
    assert.deepEqual(await pad.strokes(), []);
    await pad.canvas.focus();
    await press("Control+z");
    assert.deepEqual(await pad.strokes(), drawn);
    assert.deepEqual(complaints, []);
  });

  test("guesses on when the engine has died and another was started", async (t) => {
    const { page, pad } = await drawing(open, t, { init: [keepWorkers] });
    await pad.draw(house);
    const before = await pad.guesses();
    await page.evaluate(() => {
      // It dies with a question under way.
      const { pen, keptWorkers } = globalThis;
      pen.fire("pointerdown", [128, 30]);
      pen.fire("pointermove", [130, 40]);
      keptWorkers.at(-1).dispatchEvent(new ErrorEvent("error", { message: "by a test", cancelable: true }));
      pen.fire("pointerup", [130, 40]);
    });
    await pad.lab.says(/The engine stopped: by a test/);
    await pad.tool("Undo").click();
    await until("it guesses as before", async () => JSON.stringify(await pad.guesses()) === JSON.stringify(before));
    assert.equal(before[0].name, "house");
  });
});

describe("what it guesses", () => {
  const { open } = stage();

  test("is right for 200 drawings as often as natively", { skip: noStrokes }, async (t) => {
    const { pad, complaints } = await drawing(open, t);
    const all = recognised();
    const sample = all.filter((_, index) => index % 26 === 0).slice(0, 200);
    assert.deepEqual([all.length, sample.length], [5_194, 200]);
    const hits = [];
    for (const [index, { word, strokes }] of sample.entries()) {
      await pad.clear();
      // The first few by the real mouse; the same events made in the page are quicker.
      await (index < 5 ? pad.drawByMouse(strokes) : pad.draw(strokes));
      hits.push((await pad.guesses())[0]?.name === word);
    }
    const right = hits.filter(Boolean).length;
    t.diagnostic(`${right} of ${hits.length} right`);
    // Natively 73.80% of all of them; 99 of 100 samples lie within 8 points of that.
    assert.ok(Math.abs(right / 200 - 0.738) <= 0.08, `${right} of 200`);
    assert.deepEqual(complaints, []);
  });

  test("is found within 16 ms on one core", async (t) => {
    const { lab, pad, complaints } = await drawing(open, t);
    const measure = async () => {
      await lab.forget();
      for (let round = 0; (await lab.events("sketched")).length < 200; round += 1) {
        assert.ok(round < 50, "it guesses under the pen");
        await pad.clear();
        for (const stroke of [...house, ...circle(60), ...circle(30), line([10, 10], [240, 20])]) await pad.draw([stroke]);
      }
      const took = (await lab.events("sketched")).map(({ milliseconds }) => milliseconds);
      return { count: took.length, median: quantile(took, 0.5), p95: quantile(took, 0.95) };
    };
    const result = await bestOfThree(t, measure, ({ p95 }) => p95 < 16);
    t.diagnostic(JSON.stringify(result));
    assert.ok(result.median < 16, JSON.stringify(result));
    assert.match(await pad.frame.getByRole("region", { name: "It sees" }).innerText(), /\d ms/);
    assert.deepEqual(complaints, []);
  });

  test("keeps no move of the pen waiting, however busy the engine is", async (t) => {
    const { page, pad, complaints } = await drawing(open, t);
    await pad.draw(house);
    const measure = () => page.evaluate(async () => {
      const { pen, chalkgrad } = globalThis;
      // A drawing of many strokes, each of which is left out once: the engine is busy with every such question for long.
      const strokes = Array.from({ length: 60 }, (_, stroke) => [0, 1, 2].flatMap((point) => [10 + 4 * stroke, 20 + 70 * point]));
      const buffer = () => {
        const numbers = new DataView(new ArrayBuffer(4 + strokes.length * (4 + 24)));
        let at = 0;
        numbers.setUint32(at, strokes.length, true);
        for (const stroke of strokes) {
          numbers.setUint32((at += 4), 3, true);
          for (const part of stroke) numbers.setFloat32((at += 4), part, true);
        }
        return numbers.buffer;
      };
      let [open, answered] = [true, 0];
      const busy = Promise.all([0, 1, 2].map(async () => {
        for (; open; answered += 1) await chalkgrad.send({ type: "attribute", class: null }, [buffer()]);
      }));
      pen.took.splice(0);
      const [missing, height] = [[], 230];
      pen.fire("pointerdown", [10, height]);
      for (let move = 1; move <= 230; move += 1) {
        pen.move([10 + move, height]);
        if (move % 10 === 0 && !pen.hasInk([8 + move, height])) missing.push(move);
        if (move % 2 === 0) await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      pen.fire("pointerup", [240, height]);
      open = false;
      await busy;
      const took = pen.took.toSorted((a, b) => a - b);
      return { moves: took.length, median: took[115], p95: took[218], longest: took.at(-1), missing, answered };
    });
    const result = await bestOfThree(t, measure, ({ p95, missing }) => p95 < 8 && missing.length === 0);
    t.diagnostic(JSON.stringify(result));
    assert.ok(result.answered > 3, "the engine was busy meanwhile");
    assert.ok(result.p95 < 8, JSON.stringify(result));
    assert.deepEqual(result.missing, [], "the line is there at once");
    assert.deepEqual(complaints, []);
  });
});

describe("why", () => {
  const { open } = stage();

  /** The lab with a house on the pad, about which everything is told. */
  async function told(t, strokes = house) {
    const opened = await drawing(open, t);
    await opened.pad.draw(strokes);
    await rests(opened.page);
    return opened;
  }

  /** Waits until all that is told is about what is on the pad. */
  async function rests(page) {
    await page.getByRole("slider", { name: "Replay the drawing" }).and(page.locator(":enabled")).waitFor();
    await page.getByRole("region", { name: "Strokes" }).and(page.locator("[aria-busy=false]")).waitFor();
  }

  const words = (guesses) => guesses.slice(0, 3).map(({ name, percent }) => `${name} ${percent}%`).join(", ");

  test("the guess is replayed from the first point to the last", async (t) => {
    const { page, pad, complaints } = await told(t);
    const panel = page.getByRole("region", { name: "How the guess came about" });
    const sentence = panel.getByText(/^(After|Before)/);
    const slider = panel.getByRole("slider", { name: "Replay the drawing" });
    const points = lengths(house).reduce((sum, length) => sum + length);
    const whole = `After all ${points} points: ${words(await pad.guesses())}.`;
    assert.equal(await sentence.innerText(), whole);
    assert.equal(await slider.getAttribute("max"), String(points));

    // The table's last row is the whole drawing, as the guesses have it.
    const table = panel.getByRole("table", { name: "Probability over points drawn" });
    const cells = (row) => row.locator("th, td").allTextContents();
    const [head, ...rows] = await Promise.all((await table.getByRole("row").all()).map(cells));
    const guesses = await pad.guesses();
    assert.deepEqual(head, ["Points drawn", ...guesses.map(({ name }) => name)]);
    assert.deepEqual(rows.at(-1), [String(points), ...guesses.map(({ percent }) => `${percent}%`)]);

    // An earlier moment: its sentence, its row, and the drawing as it was.
    const look = await pad.look();
    const earlier = rows.findIndex(([count]) => Number(count) >= house[0].length);
    const moment = Number(rows[earlier][0]);
    const to = (position) => slider.evaluate((slider, position) => {
      slider.value = position;
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    }, String(position));
    await to(moment);
    const then = head.slice(1).map((name, column) => ({ name, percent: parseInt(rows[earlier][column + 1], 10) }));
    const earlierWords = await sentence.innerText();
    assert.match(earlierWords, new RegExp(`^After ${moment} points: `));
    const said = [...earlierWords.matchAll(/([^:,]+) (\d+)%/g)].map(([, name, percent]) => ({ name: name.trim(), percent: Number(percent) }));
    assert.equal(said.length, 3);
    for (const { name, percent } of said) assert.equal(then.find((guess) => guess.name === name)?.percent, percent, earlierWords);
    assert.deepEqual(said.map(({ percent }) => percent), then.map(({ percent }) => percent).toSorted((a, b) => b - a).slice(0, 3));
    assert.notEqual(await pad.look(), look);
    await slider.focus();
    await page.keyboard.press("ArrowLeft");
    assert.match(await sentence.innerText(), new RegExp(`^After ${moment - 1} points: `));
    await to(0);
    assert.match(await sentence.innerText(), /^Before the first point/);

    await pad.lab.button("Play").click();
    await pad.lab.button("Stop").waitFor();
    await pad.lab.button("Play").waitFor();
    assert.equal(await sentence.innerText(), whole);
    assert.equal(await pad.look(), look);
    assert.deepEqual(complaints, []);
  });

  test("each stroke's share is what its removal changes", async (t) => {
    const { lab, page, pad, complaints } = await told(t);
    const panel = page.getByRole("region", { name: "Each stroke's part" });
    const { classes } = await lab.state();
    const probability = async (name) => {
      const { guesses } = (await lab.events("sketched")).at(-1);
      return 100 * guesses.find((guess) => classes[guess.class] === name)?.probability;
    };
    const best = (await pad.guesses())[0].name;
    assert.ok((await panel.innerText()).includes(`in ${best}, ${(await probability(best)).toFixed(1)}%`), await panel.innerText());
    const rows = await Promise.all((await panel.getByRole("row").all()).slice(1).map((row) => row.locator("th, td").allTextContents()));
    assert.deepEqual(rows.map(([, stroke]) => stroke).toSorted(), ["1", "2", "3"]);
    const whole = await probability(best);
    let compared = 0;
    for (const [, stroke, without, part] of rows) {
      const share = Number(part.replace("−", "-"));
      assert.ok(Math.abs(whole - share - parseFloat(without)) < 0.2, `${part} and ${without} of ${whole}`);
      await panel.getByRole("button", { name: `Remove stroke ${stroke}`, exact: true }).click();
      await pad.settle();
      assert.deepEqual(lengths(await pad.strokes()), lengths(house).toSpliced(stroke - 1, 1));
      const found = await probability(best);
      if (Number.isFinite(found)) {
        assert.ok(Math.abs(found - parseFloat(without)) <= 0.2, `stroke ${stroke}: ${without} there, ${found}% when it is gone`);
        compared += 1;
      }
      await pad.tool("Undo").click();
      await rests(page);
    }
    t.diagnostic(`${compared} of ${rows.length} compared`);
    assert.ok(compared > 0);

    // Another of the guesses is explained on request.
    const second = (await pad.guesses())[1].name;
    await page.getByRole("combobox", { name: "Explain" }).selectOption(second);
    await until("it is explained", async () => (await panel.innerText()).includes(`in ${second}, `));
    assert.deepEqual(complaints, []);
  });

  test("strokes are coloured and a map of what mattered lies over the pad, on request", async (t) => {
    const { page, pad, complaints } = await told(t);
    const looks = [await pad.look()];
    for (const name of ["Colour the strokes", "What mattered"]) {
      await page.getByRole("switch", { name }).check({ force: true });
      await until(`${name} shows`, async () => !looks.includes(await pad.look()));
      looks.push(await pad.look());
    }
    // The next stroke takes both away; they come back with its own answers.
    await pad.draw([line([170, 30], [170, 70])]);
    await rests(page);
    await until("both come back", async () => (await pad.look()) !== looks[2]);
    await pad.tool("Undo").click();
    await until("they are as before", async () => (await pad.look()) === looks[2]);
    for (const name of ["Colour the strokes", "What mattered"]) await page.getByRole("switch", { name }).uncheck({ force: true });
    await until("the pad is as drawn", async () => (await pad.look()) === looks[0]);
    assert.deepEqual(complaints, []);
  });

  test("the nearest training drawings are found among the best guesses", { skip: noDrawings }, async (t) => {
    const { lab, page, pad, server, complaints } = await told(t);
    assert.deepEqual(server.requests.filter((path) => path.endsWith(".npy")), [], "they are loaded for who asks");
    await lab.button("Find them").click();
    const list = page.getByRole("list", { name: "Nearest training drawings" });
    await list.waitFor();
    const items = await list.getByRole("listitem").allInnerTexts();
    assert.equal(items.length, 12);
    const found = items.map((text) => /^(.*?)\s+(\d\.\d\d)$/s.exec(text).slice(1));
    const names = (await pad.guesses()).map(({ name }) => name);
    assert.deepEqual(found.filter(([name]) => !names.includes(name)), []);
    const similarities = found.map(([, similarity]) => Number(similarity));
    assert.deepEqual(similarities, similarities.toSorted((a, b) => b - a));
    assert.ok(similarities[0] > 0.5 && similarities[0] <= 1, `${similarities}`);
    await lab.says(/^Nearest of 500 training drawings of the five best guesses\.$/);
    assert.ok(server.requests.includes("/data/quickdraw/house.npy"));
    assert.deepEqual(complaints, []);
  });

  test("every layer shows what it makes of the drawing", async (t) => {
    const { lab, page, pad, complaints } = await told(t);
    await page.getByText("Layer by layer").click();
    const { layers, picture } = await lab.untilEvent("inside_drawn");
    assert.equal(picture, null, "one's own");
    const panel = page.getByRole("region", { name: "Activations", exact: true });
    const chips = panel.getByRole("group", { name: "Layers" }).getByRole("button");
    await until("every layer has its place", async () => (await chips.count()) === layers.length);
    assert.ok(layers.length > 20, `${layers.length} layers`);
    assert.match((await chips.allInnerTexts()).join(" "), /^input.*Conv2d.*MaxPool2d.*Linear/is);
    const first = () => chips.first().locator("canvas").evaluate((canvas) => canvas.toDataURL());
    const before = await first();
    await lab.forget();
    await pad.draw(circle(40));
    await until("the layers follow the pen", async () => (await first()) !== before);
    assert.deepEqual(complaints, []);
  });
});
