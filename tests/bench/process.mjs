// Other programs: their input, their output, and their last words where they fail.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What it prints. Rejects with its error if it fails. */
export function runToEnd(program, words, input = "") {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words.map(String), { cwd: root });
    const texts = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) child[name].on("data", (bytes) => (texts[name] += bytes));
    child.on("error", (error) => reject(new Error(`${program} could not be started: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) resolve(texts.stdout);
      else reject(new Error(errorIn(texts.stderr) || `${program} ended with code ${code}.`));
    });
    // One that failed at once reads nothing.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

/** Where the program is that `cargo build --release` makes with these words. */
export async function build(...words) {
  const messages = await runToEnd("cargo", ["build", "--release", ...words, "--message-format", "json"]);
  const artifacts = messages.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const path = artifacts.findLast((message) => message.executable)?.executable;
  if (!path) throw new Error("cargo built no program.");
  return path;
}

/** The last line that says something. */
export const lineOf = (text) => text.trim().split("\n").at(-1).trim();

/** The last line that calls itself an error, or else the last line. */
function errorIn(text) {
  const error = text.split("\n").findLast((line) => line.startsWith("error: "));
  return error?.slice("error: ".length) ?? lineOf(text);
}
