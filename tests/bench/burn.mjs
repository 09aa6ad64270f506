// Burn, natively: its command lies in burn/, apart from our workspace.

import { countParameters, networks } from "./networks.mjs";
import { build, lineOf, runToEnd } from "./process.mjs";

let building;

/** Where Burn's command is; it is built in release the first time, which takes minutes. */
export function executable() {
  building ??= build("--locked", "--manifest-path", "tests/bench/burn/Cargo.toml", "--target-dir", "target/burn");
  return building;
}

/** `open` of Burn's row. */
export const burn = () =>
  async function open({ network, batch }) {
    const path = await executable();
    const { input, layers } = networks[network];
    const settings = ["--input", input.join(), "--batch", batch, "--threads", 1];
    const words = [...settings, "--parameters", countParameters(networks[network]), "--seconds"];
    const round = async (seconds) => JSON.parse(lineOf(await runToEnd(path, [...words, seconds], JSON.stringify(layers))));
    await round(0.1);
    return round;
  };
