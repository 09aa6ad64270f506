// The lab's page as a visitor uses it: buttons and fields by their names, numbers by their labels.

const eventTypes = [
  "configured", "trained", "paused", "stepped", "reset", "adjusted", "progressed", "evaluated", "data_progressed",
  "predicted", "filters_drawn", "activations_drawn", "snapshot_taken", "stopped", "failed", "crashed", "benched",
];

/** A digit, possibly with a sign, an exponent and spaces between groups of three. */
const numberPattern = /[-−]?\d[\d\s,.]*(?:e[-−+]?\d+)?/;

export class Lab {
  constructor(frame) {
    this.frame = frame;
  }

  /** Opens the CIFAR-10 lab below this address and waits until a run stands ready. */
  static async open(page, url, { route = "#/cifar10" } = {}) {
    await page.goto(url + route);
    const lab = new Lab(page);
    await lab.isReady();
    return lab;
  }

  /** Waits for a run, and keeps every event from then on for `until`. */
  async isReady() {
    await this.frame.waitForFunction(() => globalThis.chalkgrad);
    await this.frame.evaluate(async (types) => {
      globalThis.seenEvents = [];
      for (const type of types) {
        globalThis.chalkgrad.on(type, (event) => {
          globalThis.seenEvents.push({ type, ...event });
          // The newest suffice, however long the test.
          if (globalThis.seenEvents.length > 2000) globalThis.seenEvents.splice(0, 1000);
        });
      }
      await globalThis.chalkgrad.ready;
    }, eventTypes);
    await this.button("Train").waitFor();
  }

  button(name) {
    return this.frame.getByRole("button", { name, exact: true });
  }

  train() {
    return this.button("Train").click();
  }

  pause() {
    return this.button("Pause").click();
  }

  step() {
    return this.button("Step").click();
  }

  reset() {
    return this.button("Reset").click();
  }

  /** The text beside a label such as `Examples seen`. */
  async reading(label) {
    const stat = this.frame.locator(".stat").filter({ has: this.frame.locator("dt", { hasText: label }) });
    return (await stat.locator("dd").first().innerText()).trim();
  }

  /** The number beside a label; NaN while there is none. */
  async number(label) {
    const found = numberPattern.exec(await this.reading(label));
    return found ? Number(found[0].replaceAll(/[\s,]/g, "").replace("−", "-")) : NaN;
  }

  /** Waits until the number beside a label is as the test wants it. */
  async untilNumber(label, isRight, timeout = 60_000) {
    return until(`${label} changes`, async () => {
      const number = await this.number(label);
      return isRight(number) ? number : undefined;
    }, timeout);
  }

  send(command) {
    return this.frame.evaluate((command) => globalThis.chalkgrad.send(command), command);
  }

  state() {
    return this.frame.evaluate(() => globalThis.chalkgrad.state());
  }

  /** The last numbers of training, with the step that they reached. */
  async lastProgress() {
    const event = (await this.events("progressed")).at(-1);
    return event && { ...event, step: event.first_step + event.losses.length };
  }

  bench(request) {
    return this.frame.evaluate((request) => globalThis.chalkgrad.bench(request), request);
  }

  /** Every event of a type since the lab was opened or `forget` was called. */
  events(type) {
    return this.frame.evaluate((type) => globalThis.seenEvents.filter((event) => event.type === type), type);
  }

  forget() {
    return this.frame.evaluate(() => globalThis.seenEvents.splice(0));
  }

  /** The next event of a type that was not forgotten, as soon as there is one. */
  async untilEvent(type, timeout = 60_000) {
    return until(`the event ${type}`, async () => (await this.events(type))[0], timeout);
  }

  /** Waits until the page shows a text that matches, and returns the whole sentence. */
  async says(pattern, timeout = 60_000) {
    const text = this.frame.getByText(pattern).first();
    await text.waitFor({ state: "visible", timeout });
    return text.innerText();
  }
}

/** Asks until there is an answer. */
export async function until(what, ask, timeout = 60_000) {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`waited ${timeout / 1000} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
