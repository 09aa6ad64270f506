// A row while it is measured: its pages, its rounds, and its failure, which is its own and nobody else's.

/** In seconds: a row that takes longer to open, or over a round, has failed. */
const patience = 600;
/** In rounds: a row that takes longer over its first one is not asked for a second. */
const slow = 4;

/** What happens now, apart from the table. */
export const say = (text) => process.stderr.write(`${text}\n`);

/** The sentence in an error, without what the tools in between put before it. */
function sentence(error) {
  const [line] = error.message.split("\n");
  return line.replace(/^(page|frame)\.\w+: /, "").replace(/^\w*Error: /, "");
}

async function within(seconds, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It took longer than ${seconds} s.`)), 1000 * seconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export class Entrant {
  rounds = [];
  pages = [];
  ends = [];

  constructor(row) {
    this.row = row;
  }

  /** Once it has failed it stays away. */
  async attempt(work) {
    if (this.absent) return undefined;
    try {
      return await within(patience, work());
    } catch (error) {
      this.absent = sentence(error);
      say(`  ${this.row.name}: ${this.absent}`);
      await this.close();
      return undefined;
    }
  }

  async open(host, settings) {
    const newPage = async () => {
      this.pages.push(await host.page());
      return this.pages.at(-1);
    };
    this.train = await this.attempt(() => this.row.open(settings, newPage, (end) => this.ends.push(end)));
    if (this.train) say(`  ${this.row.name}: ready`);
  }

  async round(seconds) {
    if (this.isSlow) return;
    const started = performance.now();
    const result = await this.attempt(() => this.train(seconds));
    if (!result) return;
    this.isSlow = performance.now() - started > 1000 * slow * seconds;
    this.rounds.push(result);
    say(`  ${this.row.name}: ${result.images_per_second.toFixed(1)} images/s`);
  }

  async close() {
    this.ends.splice(0).forEach((end) => end());
    // A page that is lost already needs no closing.
    await Promise.all(this.pages.splice(0).map((page) => page.close().catch(() => {})));
  }

  result() {
    const { library, name, device, ours = false } = this.row;
    const said = { library, name, device, ours };
    return this.absent ? { ...said, absent: this.absent } : { ...said, rounds: this.rounds };
  }
}
