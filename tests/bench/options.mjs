// The words after `cargo xtask bench`.

import { parseArgs } from "node:util";
import { networks } from "./networks.mjs";

export const libraries = ["chalkgrad", "convnetjs", "tfjs", "jax-js", "native", "pytorch", "burn"];
const devices = ["cpu", "webgpu", "dawn", "gpu"];

export const help = `\
cargo xtask bench [OPTIONS]      builds the site and measures it
node tests/bench/main.mjs [...]  measures dist/ as it is

  --only NAMES       beside Chalkgrad's page only these: ${libraries.slice(1).join(", ")};
                     Burn, which takes minutes to build, is in the run only where it is named here
  --without NAMES    not these libraries, or not these devices: ${devices.join(", ")}
  --networks NAMES   of ${Object.keys(networks).join(", ")}
  --batches SIZES    in place of each network's own
  --seconds N        of a round; 5
  --rounds N         3
  --gpu              native rows on a GPU in software too
  --dawn             the libraries of the web on Dawn in Node too, which reaches a GPU that no browser here does
  --json FILE        the same as JSON; - for standard output, in place of the table
  --help

A quick look: --only convnetjs --networks convnetjs --batches 64 --rounds 1 --seconds 2`;

const strings = ["only", "without", "networks", "batches", "seconds", "rounds", "json"];

const list = (text) => text?.split(",").map((word) => word.trim()).filter(Boolean);

function known(option, words, names) {
  const stranger = words?.find((word) => !names.includes(word));
  if (stranger !== undefined) throw new Error(`--${option}: there is no ${stranger}; there are ${names.join(", ")}.`);
  return words;
}

function positive(option, text, { whole }) {
  const number = Number(text);
  if (!(number > 0) || (whole && !Number.isInteger(number)))
    throw new Error(`--${option} takes ${whole ? "whole " : ""}numbers above 0, not ${text}.`);
  return number;
}

/** What the words ask for, or an error with a sentence. */
export function readOptions(words) {
  const options = Object.fromEntries(strings.map((name) => [name, { type: "string" }]));
  const flags = { gpu: { type: "boolean" }, dawn: { type: "boolean" }, help: { type: "boolean" } };
  const { values } = parseArgs({ args: words, options: { ...options, ...flags } });
  const only = known("only", list(values.only), libraries);
  const without = known("without", list(values.without), [...libraries, ...devices]) ?? [];
  const names = known("networks", list(values.networks), Object.keys(networks)) ?? Object.keys(networks);
  const batches = list(values.batches)?.map((size) => positive("batches", size, { whole: true }));
  return {
    cases: names.flatMap((network) => (batches ?? networks[network].batches).map((batch) => ({ network, batch }))),
    wants: ({ library, device }) =>
      (library === "chalkgrad" || (only?.includes(library) ?? library !== "burn")) &&
      !without.includes(library) &&
      !without.includes(device) &&
      (device !== "dawn" || values.dawn),
    seconds: positive("seconds", values.seconds ?? "5", { whole: false }),
    rounds: positive("rounds", values.rounds ?? "3", { whole: true }),
    softwareGpu: values.gpu ?? false,
    json: values.json,
    help: values.help ?? false,
  };
}
