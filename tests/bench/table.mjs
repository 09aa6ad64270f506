// What is made of the measurements: medians, ratios, floors; and how they are printed.
//
// A row has a `name`, and either `absent`, a sentence, or `rounds`, a measurement for each round.

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const speeds = (row) => row.rounds.map((round) => round.images_per_second);

/**
 * How many times as fast one row is as another: round by round, as both had the same neighbours then, and the median. Who was
 * too slow for more than one round is compared by that.
 */
export function ratio(ours, theirs) {
  const common = Math.min(ours.rounds.length, theirs.rounds.length);
  const [dividends, divisors] = [speeds(ours), speeds(theirs)];
  return median(Array.from({ length: common }, (_, index) => dividends[index] / divisors[index]));
}

/**
 * The least time that a step can take, as images a second: its operations at the rate of so many threads or of the GPU, and on
 * a GPU its dispatches, one after the other.
 */
export function floor({ flop, batch, rate, threads = 1, dispatches = 0, dispatchSeconds = 0 }) {
  const seconds = (flop * batch) / (rate * threads) + dispatches * dispatchSeconds;
  return batch / seconds;
}

/** A row of measurements with what follows from them: `ours` are the rows it is compared to, `bound` has its floor. */
export function summarise(row, ours, bound) {
  if (row.absent) return row;
  const [first, last] = [row.rounds[0].first_loss, row.rounds.at(-1).last_loss];
  const images_per_second = median(speeds(row));
  return {
    ...row,
    images_per_second,
    least: Math.min(...speeds(row)),
    most: Math.max(...speeds(row)),
    first_loss: first,
    last_loss: last,
    steps: row.rounds.at(-1).steps,
    learned: last < first,
    ...bound,
    share: bound.floor && images_per_second / bound.floor,
    ratios: Object.fromEntries(ours.filter((our) => !our.absent).map((our) => [our.name, ratio(our, row)])),
  };
}

// --- print ---

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** Three digits that count. */
const shortly = (number) => {
  if (number >= 100) return grouped.format(number);
  return number >= 10 ? number.toFixed(1) : number.toFixed(2);
};

const times = (number) => `${shortly(number)}×`;
const percent = (share) => `${(100 * share).toFixed(0)}%`;

/** Columns as wide as their widest cell; the first one and the last are flush left. */
function align(lines) {
  const count = Math.max(...lines.map((line) => line.length));
  const widths = Array.from({ length: count }, (_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  return lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join("  ")
      .trimEnd(),
  );
}

/** One network at one batch, with a letter for each of our rows, to which the columns on the right compare. */
export function print({ title, batch, parameters, flop, rates, rows }) {
  const letters = new Map(rows.filter((row) => row.ours && !row.absent).map((row, index) => [row.name, "ABCDEFGH"[index]]));
  const columns = [...letters.keys()];
  const head = ["", "images/s", "least–most", "floor", "share", "loss", ...columns.map((name) => `${letters.get(name)} is`)];
  const present = rows.filter((row) => !row.absent);
  const body = present.map((row) => [
    `${letters.get(row.name) ?? " "} ${row.name}`,
    shortly(row.images_per_second),
    `${shortly(row.least)}–${shortly(row.most)}`,
    row.floor ? shortly(row.floor) : "",
    row.floor ? percent(row.share) : "",
    `${row.first_loss.toFixed(3)} → ${row.last_loss.toFixed(3)}${row.learned ? "" : " !"}`,
    ...columns.map((name) => (row.name === name ? "" : times(row.ratios[name]))),
  ]);
  const gflops = (rate) => `${(rate / 1e9).toFixed(0)} GFLOP/s`;
  const [wasm, gpu] = [rates.wasm, rates.webgpu];
  return [
    `${title}, batch ${batch}: ${grouped.format(parameters)} parameters, ${(flop / 1e6).toFixed(1)} MFLOP a picture`,
    `this browser reaches ${gflops(wasmRate(wasm))} in wasm on one thread` +
      (gpu ? `, ${gflops(gpu.multiply_add)} on WebGPU (${gpu.adapter}), ${micro(gpu.dispatch_seconds)} a dispatch` : ""),
    "",
    ...align([head, ...body]),
    ...rows.filter((row) => row.absent).map((row) => `  ${row.name}: absent. ${row.absent}`),
    ...present
      .filter((row) => !row.learned)
      .map((row) => `! ${row.name}: its loss has not fallen after ${row.steps} steps.`),
  ].join("\n");
}

const micro = (seconds) => `${(1e6 * seconds).toFixed(0)} µs`;

/** The best that the browser takes. */
export const wasmRate = ({ mul_add, relaxed_madd }) => Math.max(mul_add, relaxed_madd ?? 0);
