// Brings what the other commands need, each part only when asked for and only if it is missing:
//   rust       the toolchain of rust-toolchain.toml, through rustup
//   node       the npm packages of package-lock.json
//   wasmTools  Trunk, and the wasm-bindgen-cli that fits Cargo.lock, into cargo's folder
//   browser    Chromium and its driver: installed on Debian, elsewhere it is said how to get them

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, ask, cargoHome, find, ownTools, read, root, run, step } from "./steps.mjs";

const TRUNK = "0.22.1";

export async function setup({ rust, node, wasmTools, browser }) {
  if (rust || wasmTools) await step("Rust toolchain", setupRust);
  if (node) await step("npm packages", setupPackages);
  if (wasmTools) {
    const bindgen = /name = "wasm-bindgen"\nversion = "(.+)"/.exec(read("Cargo.lock"))[1];
    await step(`Trunk ${TRUNK}`, () => setupTool("trunk", TRUNK, ["trunk"]));
    await step(`wasm-bindgen-cli ${bindgen}`, () =>
      setupTool("wasm-bindgen-cli", bindgen, ["wasm-bindgen", "wasm-bindgen-test-runner"]),
    );
  }
  if (browser) await step("Chromium", setupBrowser);
}

function setupRust() {
  if (!find("rustup")) throw new Failure("Install rustup from https://rustup.rs, then run this again.");
  const toml = read("rust-toolchain.toml");
  const channel = /^channel = "(.+)"/m.exec(toml)[1];
  const list = (key) => new RegExp(`^${key} = \\[(.*)\\]`, "m").exec(toml)?.[1].match(/[\w-]+/g) ?? [];
  const wanted = [...list("components"), ...list("targets").map((name) => `rust-std-${name}`)];
  const installed = ask("rustup", "component", "list", "--installed", "--toolchain", channel)?.split(/\s+/) ?? [];
  // A component is listed as `clippy-x86_64-unknown-linux-gnu`, a target as `rust-std-wasm32-wasip1`.
  const has = (name) => installed.some((entry) => entry === name || entry.startsWith(`${name}-`));
  if (wanted.every(has)) return `${channel} is there`;
  run("rustup", ["toolchain", "install", "--no-self-update"]); // what rust-toolchain.toml asks for
}

function setupPackages() {
  const needed = 20;
  if (Number.parseInt(process.versions.node, 10) < needed) {
    throw new Failure(`Node ${needed} or later is needed, this is ${process.version}: see https://nodejs.org.`);
  }
  const { packages } = JSON.parse(read("package-lock.json"));
  const isThere = ([path, { version, optional }]) => {
    const file = join(root, path, "package.json");
    return optional || (existsSync(file) && JSON.parse(readFileSync(file, "utf8")).version === version);
  };
  if (Object.entries(packages).every(([path, entry]) => path === "" || isThere([path, entry]))) return "are there";
  run("npm", ["ci", "--no-audit", "--no-fund"]);
}

/** `cargo install`s a crate unless all its programs are on PATH in the right version. */
function setupTool(crate, version, programs) {
  const isRight = (program) => ask(program, "--version")?.split(" ")[1] === version;
  if (programs.every(isRight)) return "is there";
  // Cargo's folder may hold another version, for other projects: that one stays.
  const taken = programs.some((program) => find(join(cargoHome, "bin", program), join(cargoHome, "bin", `${program}.exe`)));
  console.log(`  compiling ${crate} ${version}: some minutes, once`);
  run("cargo", ["install", "--locked", "--root", taken ? ownTools : cargoHome, "--version", version, crate]);
  const wrong = programs.find((program) => !isRight(program));
  if (wrong) throw new Failure(`${find(wrong) ?? wrong} is not of version ${version}: remove it, then run this again.`);
}

function setupBrowser() {
  if (findBrowser()) return "is there";
  if (process.env.CHROME || process.env.CHROMEDRIVER) {
    throw new Failure("CHROME and CHROMEDRIVER must be the paths of a Chromium or Chrome and of its chromedriver.");
  }
  const isRoot = process.getuid?.() === 0;
  const debian = existsSync("/etc/os-release") && /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
  if (debian && (isRoot || find("sudo"))) {
    const apt = (...args) => {
      const line = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", ...args];
      run(isRoot ? line[0] : "sudo", isRoot ? line.slice(1) : line);
    };
    apt("update");
    apt("install", "-y", "--no-install-recommends", "chromium", "chromium-driver", "fonts-noto-cjk");
    if (findBrowser()) return;
  }
  throw new Failure(
    "Install Chrome or Chromium and a chromedriver of the same version " +
      "(Debian: `apt-get install chromium chromium-driver`, macOS: `brew install --cask google-chrome chromedriver`, " +
      "elsewhere see https://googlechromelabs.github.io/chrome-for-testing), or set CHROME and CHROMEDRIVER to their paths.",
  );
}

/** The paths of Chromium and its driver, or undefined unless both are there. */
export function findBrowser() {
  const { CHROME, CHROMEDRIVER, ProgramFiles } = process.env;
  const chrome = CHROME
    ? find(CHROME)
    : find(
        "chromium",
        "chromium-browser",
        "google-chrome",
        "chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        `${ProgramFiles}\\Google\\Chrome\\Application\\chrome.exe`,
      );
  const chromedriver = find(CHROMEDRIVER || "chromedriver");
  return chrome && chromedriver ? { chrome, chromedriver } : undefined;
}
