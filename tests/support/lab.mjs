// The lab's page as a visitor uses it: buttons and fields by their names, numbers by their labels.

export class Lab {
  constructor(frame) {
    this.frame = frame;
  }

  /** Opens the CIFAR-10 lab below this address and waits until a run stands ready. */
  static async open(page, url, { route = "#/cifar10?autostart=off" } = {}) {
    await page.goto(url + route);
    const lab = new Lab(page);
    await lab.isReady();
    return lab;
  }

  /** Waits for a run, and keeps every event from then on for `events` and `untilEvent`. */
  async isReady() {
    await this.frame.waitForFunction(() => globalThis.chalkgrad);
    await this.frame.evaluate(() => {
      globalThis.seenEvents = [];
      globalThis.chalkgrad.on("*", ({ buffers, ...event }) => {
        globalThis.seenEvents.push({ ...event, bufferCount: buffers?.length ?? 0 });
        // The newest suffice, however long the test.
        if (globalThis.seenEvents.length > 2000) globalThis.seenEvents.splice(0, 1000);
      });
      return globalThis.chalkgrad.ready;
    });
    await until("a run stands ready", async () => (await this.state()).device);
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

  /** Types a number into the field of this name. */
  async setNumber(label, number) {
    const field = this.frame.getByRole("textbox", { name: label, exact: true });
    await field.fill(String(number));
    await field.press("Tab");
  }

  /** Types the network text. */
  setNetwork(text) {
    return this.network().fill(text);
  }

  network() {
    return this.frame.getByRole("textbox", { name: /^Network/ });
  }

  /** Presses Apply and waits until the new settings run or are refused. */
  async apply() {
    await this.forget();
    await this.button("Apply").click();
    const hasAnswered = async () => (await this.events("configured"))[0] ?? (await this.events("failed"))[0];
    await until("the settings are applied or refused", hasAnswered);
  }

  /** What the largest room shows: `live`, `network` or `test`. */
  view(name) {
    return this.frame.getByRole("combobox", { name: "View" }).selectOption(name);
  }

  /** The value beside a label such as `Examples seen`; empty while there is none. */
  async reading(label) {
    // The term is followed by its explanation, which only the pointer brings up.
    const term = this.frame.locator("dt").filter({ hasText: new RegExp(`^\\s*${label}`) });
    const stat = this.frame.locator(".stat").filter({ has: term });
    const values = await stat.locator(".stat-value").allInnerTexts();
    return values.join(" ").trim();
  }

  /** The number beside a label; NaN while there is none. */
  async number(label) {
    const reading = await this.reading(label);
    return reading ? Number(reading.replaceAll(",", "").replace("−", "-").replace("%", "")) : NaN;
  }

  /** Waits until the number beside a label is as the test wants it. */
  async untilNumber(label, isRight, timeout = 60_000) {
    return until(`${label} changes`, async () => {
      const number = await this.number(label);
      return isRight(number) ? number : undefined;
    }, timeout);
  }

  /** Waits until every training picture has arrived. */
  async untilDataLoaded() {
    const isLoaded = ({ data }) => data && data.loaded_shards === data.total_shards;
    await until("the data are loaded", async () => isLoaded(await this.state()), 120_000);
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

  /** Builds a run anew with these changes to its settings. Rejects with the page's sentence. */
  async configure(changes) {
    const { settings } = await this.state();
    return this.send({ type: "configure", settings: { ...settings, ...changes } });
  }

  bench(request) {
    return this.frame.evaluate((request) => globalThis.chalkgrad.bench(request), request);
  }

  /** The steps of the snapshots that lie in the browser's storage: those that survive the tab. */
  keptSteps(store = "snapshots") {
    return this.frame.evaluate(async (store) => {
      const done = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: resolve, onerror: reject }));
      const result = (request) => done(request).then(() => request.result);
      const known = await indexedDB.databases();
      if (!known.some(({ name }) => name === "chalkgrad")) return [];
      const database = await result(indexedDB.open("chalkgrad"));
      const records = await result(database.transaction(store).objectStore(store).getAll());
      database.close();
      return records.map(({ step }) => step);
    }, store);
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
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`waited ${timeout / 1000} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
