// What all commands share: where things are, how another program is run, and how a step reports.
// One line a step; the first failure ends the command with one sentence and a non-zero code.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const windows = process.platform === "win32";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const target = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
export const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
export const ownTools = join(target, "tools"); // for tools of which cargo's folder holds another version

process.chdir(root);
process.env.PATH = [
  join(root, "node_modules", ".bin"),
  join(ownTools, "bin"),
  join(cargoHome, "bin"),
  process.env.PATH,
].join(delimiter);
delete process.env.RUSTUP_TOOLCHAIN; // rust-toolchain.toml decides

/** A failure to be told in one sentence, without a stack. */
export class Failure extends Error {}

/** Runs the whole of a command: `name` is what people typed. */
export async function command(name, main) {
  try {
    const code = await main(process.argv.slice(2));
    process.exitCode = code ?? 0;
  } catch (error) {
    console.error(`\n✗ ${name} stopped: ${error instanceof Failure ? error.message : error.stack}`);
    process.exitCode = 1;
  }
}

/** Says what begins, and how long it may take on two cores. */
export const begin = (what, takes) => console.log(`… ${what}: up to ${takes} on two cores`);

/** Does one step, of which `takes` says how long it may take, and says how long it took; `work` may return a word on what it found. */
export async function step(title, work, takes) {
  if (takes) begin(title, takes);
  const start = performance.now();
  try {
    const found = await work();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`✓ ${title}: ${found ? `${found}, ` : ""}${seconds} s`);
  } catch (error) {
    if (error instanceof Failure) error.message = `the step “${title}” failed: ${error.message}`;
    throw error;
  }
}

/** Says and runs a program, its output going where ours goes; fails unless it ends with code 0. */
export function run(program, args, env = {}) {
  const line = [program, ...args].join(" ");
  console.log(`$ ${line}`);
  const result = spawnSync(program, args, {
    stdio: "inherit",
    env: { ...process.env, ...env },
    shell: windows && program === "npm", // npm is a script there, all others are programs
  });
  if (result.error) throw new Failure(`\`${line}\` could not be started: ${result.error.message}.`);
  if (result.signal) throw new Failure(`\`${line}\` was ended by ${result.signal}.`);
  if (result.status !== 0) throw new Failure(`\`${line}\` ended with code ${result.status}.`);
}

/** Runs a program of which only a failure is of interest. */
export function quietly(program, args) {
  const result = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (result.status !== 0) throw new Failure(`\`${[program, ...args].join(" ")}\` failed: ${result.error?.message ?? result.stderr}`);
}

/** What a program prints, or undefined where there is no such program or it fails. */
export function ask(program, ...args) {
  const result = spawnSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/** The first of these programs, by name on PATH or by path, that exists. */
export function find(...programs) {
  const folders = process.env.PATH.split(delimiter).filter(Boolean);
  const endings = windows ? [".exe"] : [""];
  const places = (program) =>
    /[\\/]/.test(program)
      ? [program]
      : folders.flatMap((folder) => endings.map((ending) => join(folder, program + ending)));
  return programs.flatMap(places).find(existsSync);
}

export const read = (path) => readFileSync(join(root, path), "utf8");
