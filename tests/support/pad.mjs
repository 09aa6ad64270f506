// The drawing pad as a visitor uses it, strokes that people drew, and files of drawings.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { until } from "./lab.mjs";
import { dist } from "./server.mjs";

/** Width and height of the pad in its own units. */
export const side = 272;

const peoplesFile = fileURLToPath(new URL("../../../shared/data/quickdraw-strokes.ndjson.gz", import.meta.url));

/** Why a test that draws as people drew is skipped; false where it is not. The file is not ours to publish. */
export const noStrokes = !existsSync(peoplesFile) && "NOT TESTED: shared/data/quickdraw-strokes.ndjson.gz is not here";

/** Why a test that learns from Quick, Draw!'s drawings is skipped; false where it is not. */
export const noDrawings = !existsSync(join(dist, "data", "quickdraw")) && "no data/: run `chalkgrad data`";

let peoples;

/** Drawings that the game recognised, as people drew them: `{ word, strokes }`, fitted into the pad. */
export function recognised() {
  peoples ??= gunzipSync(readFileSync(peoplesFile)).toString().trim().split("\n").map((line) => JSON.parse(line));
  const fit = (at) => 20 + 0.8 * at;
  return peoples
    .filter(({ recognized }) => recognized)
    .map(({ word, drawing }) => ({ word, strokes: drawing.map(([x, y]) => x.map((at, point) => [fit(at), fit(y[point])])) }));
}

/** A stroke through these corners, with points between them as a pen leaves them. */
export function line(...corners) {
  return corners.slice(1).reduce((stroke, to) => {
    const from = stroke.at(-1);
    const pieces = Math.max(1, Math.round(Math.hypot(to[0] - from[0], to[1] - from[1]) / 8));
    const piece = (_, index) => [0, 1].map((axis) => from[axis] + ((index + 1) / pieces) * (to[axis] - from[axis]));
    return [...stroke, ...Array.from({ length: pieces }, piece)];
  }, [corners[0]]);
}

/** Walls, roof and door. */
export const house = [
  line([60, 110], [60, 220], [200, 220], [200, 110]),
  line([45, 112], [130, 40], [215, 112]),
  line([115, 220], [115, 165], [145, 165], [145, 220]),
];

/** A circle of this radius in the middle, begun at an angle. */
export function circle(radius, angle = 0) {
  const point = (_, index) => [Math.cos, Math.sin].map((of) => 128 + radius * of(angle + (2 * Math.PI * index) / 32));
  return [Array.from({ length: 33 }, point)];
}

/** A line of so many teeth. */
export function zigzag(teeth, height) {
  const corner = (_, index) => [20 + (216 * index) / (2 * teeth), 128 + (index % 2 ? height : -height)];
  return [line(...Array.from({ length: 2 * teeth + 1 }, corner))];
}

/** In the page: a pen whose events are the browser's own but for their way through the browser, which takes long. */
function putPen() {
  const canvas = document.querySelector("[role=application]");
  // The page does not know this file's names.
  const side = 272;
  const event = (type, [x, y], more) => {
    const { left, top, width } = canvas.getBoundingClientRect();
    const [clientX, clientY] = [left + (x * width) / side, top + (y * width) / side];
    const [button, buttons] = { pointerdown: [0, 1], pointermove: [-1, 1], pointerup: [0, 0], pointercancel: [0, 0] }[type];
    const settings = { bubbles: true, cancelable: true, isPrimary: true, pointerId: 7, pointerType: "mouse", button, buttons };
    return new PointerEvent(type, { ...settings, clientX, clientY, ...more });
  };
  const fire = (type, point, more) => canvas.dispatchEvent(event(type, point, more));
  const pen = {
    /** Milliseconds that the page took for each move. */
    took: [],
    event,
    fire,
    move(point, more) {
      const began = performance.now();
      fire("pointermove", point, more);
      pen.took.push(performance.now() - began);
    },
    async draw(strokes, more) {
      for (const stroke of strokes) {
        fire("pointerdown", stroke[0], more);
        for (const point of stroke.slice(1)) pen.move(point, more);
        fire("pointerup", stroke.at(-1), more);
        await new Promise((resolve) => setTimeout(resolve));
      }
    },
    /** Returns when the newest strokes are guessed: a question under way and the one after it are answered in turn. */
    async settle() {
      for (let turn = 0; turn < 2; turn += 1) {
        await globalThis.chalkgrad.send({ type: "write_drawings", word: "" }, [new ArrayBuffer(0)]);
      }
    },
    guesses() {
      const rows = [...document.querySelectorAll("[aria-label=Guesses] li")];
      const text = (row, name) => row.querySelector(name).textContent;
      return rows.map((row) => ({ name: text(row, ".guess-name"), percent: parseInt(text(row, ".guess-number"), 10) }));
    },
    /** Whether there is ink at a place. A canvas that is read again and again wants to know: so a copy is read. */
    hasInk([x, y]) {
      const scale = canvas.width / side;
      pen.copy ??= Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
      pen.copy.clearRect(0, 0, 1, 1);
      pen.copy.drawImage(canvas, x * scale, y * scale, 1, 1, 0, 0, 1, 1);
      return pen.copy.getImageData(0, 0, 1, 1).data[3] > 127;
    },
  };
  globalThis.pen = pen;
}

export class Pad {
  constructor(lab) {
    this.lab = lab;
    this.frame = lab.frame;
    this.canvas = lab.frame.getByRole("application", { name: "Drawing pad" });
  }

  /** The pad of a lab whose run stands ready. */
  static async of(lab) {
    const pad = new Pad(lab);
    await pad.canvas.waitFor();
    await lab.frame.evaluate(putPen);
    return pad;
  }

  /** The same, once the shipped network has its weights. */
  static async ofShipped(lab) {
    await until("the weights are loaded", async () => (await lab.state()).snapshots.length > 0);
    return Pad.of(lab);
  }

  /** Draws by events in the page; returns when the whole is guessed. */
  async draw(strokes, more = {}) {
    await this.frame.evaluate(async ([strokes, more]) => {
      await globalThis.pen.draw(strokes, more);
      await globalThis.pen.settle();
    }, [strokes, more]);
  }

  /** Draws with the browser's own mouse. */
  async drawByMouse(strokes) {
    const { mouse } = this.frame;
    for (const stroke of strokes) {
      const [first, ...rest] = await this.onScreen(stroke);
      await mouse.move(...first);
      await mouse.down();
      for (const point of rest) await mouse.move(...point);
      await mouse.up();
    }
    await this.settle();
  }

  /** Points of the pad as points of the window. */
  async onScreen(points) {
    const { x, y, width } = await this.canvas.boundingBox();
    return points.map((point) => [x + (point[0] * width) / side, y + (point[1] * width) / side]);
  }

  settle() {
    return this.frame.evaluate(() => globalThis.pen.settle());
  }

  /** A button above the pad. */
  tool(name) {
    return this.frame.getByRole("group", { name: "Drawing", exact: true }).getByRole("button", { name, exact: true });
  }

  /** Presses Clear, which does nothing where there is nothing. */
  clear() {
    return this.tool("Clear").evaluate((button) => button.click());
  }

  /** Every guess that is shown, best first: `{ name, percent }`. */
  guesses() {
    return this.frame.evaluate(() => globalThis.pen.guesses());
  }

  /** What the pad looks like, to compare. */
  look() {
    return this.canvas.evaluate((canvas) => canvas.toDataURL());
  }

  hasInk(point) {
    return this.frame.evaluate((point) => globalThis.pen.hasInk(point), point);
  }

  mode(name) {
    return this.frame.getByRole("group", { name: "What stands beside the pad" }).getByRole("button", { name, exact: true });
  }

  /** The file that this brings: name and bytes. */
  async download(choose) {
    // Of ten files in a second Chromium takes nine.
    await this.frame.waitForTimeout(120);
    const [download] = await Promise.all([this.frame.waitForEvent("download"), choose()]);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) };
  }

  saved(kind) {
    return this.download(() => this.frame.getByRole("combobox", { name: "Save drawing" }).selectOption(kind));
  }

  /** What is on the pad, stroke by stroke, as its SVG has it; nothing is saved of an empty one. */
  async strokes() {
    if (await this.tool("Clear").isDisabled()) return [];
    const { bytes } = await this.saved("svg");
    const lines = bytes.toString().matchAll(/<polyline points="([^"]*)"\/>/g);
    return [...lines].map(([, points]) => points.split(" ").map((point) => point.split(",").map(Number)));
  }

  openFile(name, content) {
    return this.frame.getByLabel("Open drawings").setInputFiles({ name, mimeType: "", buffer: Buffer.from(content) });
  }

  /** Drops a file on the pad, whose content stands in it so many times. */
  async drop(name, content, times = 1) {
    const transfer = await this.frame.evaluateHandle(
      ([name, bytes, times]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File(Array(times).fill(new Uint8Array(bytes)), name));
        return transfer;
      },
      [name, [...Buffer.from(content)], times],
    );
    await this.canvas.dispatchEvent("drop", { dataTransfer: transfer });
  }
}

/** The sketch lab with the shipped network and an empty pad; `open` is a stage's. */
export async function drawing(open, t, { route = "#/sketch", ...settings } = {}) {
  const opened = await open(t, { ...settings, route });
  return { ...opened, pad: await Pad.ofShipped(opened.lab) };
}

/** How many points each stroke has. */
export const lengths = (strokes) => strokes.map((stroke) => stroke.length);

/** Drawings as Quick, Draw!'s own `.bin` has them: strokes of whole numbers from 0 to 255. */
export function binary(drawings) {
  const short = (value) => [value & 255, value >> 8];
  const head = (strokes) => [1, 2, 3, 4, 5, 6, 7, 0, ...Buffer.from("DE"), 1, 9, 9, 9, 9, ...short(strokes.length)];
  const stroke = (points) => [...short(points.length), ...points.map(([x]) => x), ...points.map(([, y]) => y)];
  return Buffer.from(drawings.flatMap((strokes) => [...head(strokes), ...strokes.flatMap(stroke)]));
}

/** Rows of 784 bytes as NumPy writes them, with the 80 bytes before them that Google's files have. */
export function npy(rows, kind = "|u1") {
  const words = `{'descr': '${kind}', 'fortran_order': False, 'shape': (${rows.length}, 784), }`;
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00F\x00", "latin1"), Buffer.from(`${words.padEnd(69)}\n`), ...rows]);
}

/** A bitmap of 28 × 28: a bar, more of it to the right with every number. */
export function bitmap(number) {
  const row = Buffer.alloc(784);
  for (let y = 4; y < 24; y += 1) row.fill(255, 28 * y + 4 + (number % 16), 28 * y + 8 + (number % 16));
  return row;
}

/** The first of three attempts that satisfies, so that a neighbour's work on the machine is not taken for ours. */
export async function bestOfThree(t, measure, isRight) {
  for (let attempt = 1; ; attempt += 1) {
    const result = await measure();
    if (isRight(result) || attempt === 3) return result;
    t.diagnostic(`attempt ${attempt}: ${JSON.stringify(result)}`);
  }
}

/** The number that this share of the others does not exceed. */
export function quantile(numbers, share) {
  return numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(share * numbers.length))];
}
