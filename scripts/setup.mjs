// Brings what the other commands need, each part only when asked for and only if it is missing:
//   rust       the toolchain of rust-toolchain.toml, through rustup
//   node       the npm packages of package-lock.json
//   wasmTools  Trunk, and the wasm-bindgen-cli that fits Cargo.lock, into cargo's folder
//   splitTool  wasm-split-cli, which release builds take the program apart with
//   browser    Chromium and its driver: installed on Debian, elsewhere it is said how to get them
//   others     Firefox and WebKit, the same way

import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure, ask, begin, cargoHome, find, ownTools, read, root, run, step } from "./steps.mjs";

/** Programs that cargo compiles, unless they are there: how long that takes, on two cores. */
const TRUNK = { crate: "trunk", version: "0.22.1", series: "0.22.", programs: ["trunk"], takes: "10 minutes" }; // Trunk.toml takes all of the series
const SPLIT = { crate: "wasm_split_cli_support", version: "0.2.4", programs: ["wasm-split-cli"], features: "build-binary", takes: "a minute" };
const bindgen = () => ({
  crate: "wasm-bindgen-cli",
  version: /name = "wasm-bindgen"\nversion = "(.+)"/.exec(read("Cargo.lock"))[1],
  programs: ["wasm-bindgen", "wasm-bindgen-test-runner"],
  takes: "2 minutes",
});

/** What two of them share is compiled once, and what was compiled before an interruption stays. */
const workshop = join(ownTools, "compiling");
/** They run for seconds: they are to be there soon. Trunk as its own profile wants it takes three times as long. */
const SOON = {
  CARGO_TARGET_DIR: workshop,
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
};

export async function setup({ rust, node, wasmTools, splitTool, browser, others }) {
  if (rust || wasmTools || splitTool) await step("Rust toolchain", setupRust);
  if (node) await step("npm packages", setupPackages);
  const tools = [...(wasmTools ? [bindgen(), TRUNK] : []), ...(splitTool ? [SPLIT] : [])];
  for (const tool of tools) await step(`${tool.crate} ${tool.version}`, () => setupTool(tool));
  rmSync(workshop, { recursive: true, force: true });
  if (browser) await step("Chromium", setupBrowser);
  if (others) await step("Firefox and WebKit", setupOthers);
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
  begin(`downloads Rust ${channel}`, "2 minutes");
  run("rustup", ["toolchain", "install", "--no-self-update"]); // what rust-toolchain.toml asks for
}

function setupPackages() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 10)) {
    throw new Failure(`Node 20.10 or later is needed, this is ${process.version}: see https://nodejs.org.`);
  }
  const { packages } = JSON.parse(read("package-lock.json"));
  const isThere = ([path, { version, optional }]) => {
    const file = join(root, path, "package.json");
    return optional || (existsSync(file) && JSON.parse(readFileSync(file, "utf8")).version === version);
  };
  if (Object.entries(packages).every(([path, entry]) => path === "" || isThere([path, entry]))) return "are there";
  begin("downloads what package-lock.json lists", "a minute");
  run("npm", ["ci", "--no-audit", "--no-fund"]);
}

/** `cargo install`s a crate unless all its programs are on PATH in the right version. */
function setupTool({ crate, version, series, programs, features, takes }) {
  const isRight = (program) => {
    const found = versionOf(program, crate);
    return found === version || (series && found?.startsWith(series));
  };
  if (programs.every(isRight)) return "is there";
  // Cargo's folder may hold another version, for other projects: that one stays.
  const taken = programs.some((program) => find(join(cargoHome, "bin", program), join(cargoHome, "bin", `${program}.exe`)));
  begin(`compiles ${crate} ${version}, once`, takes);
  const wanted = ["--version", version, ...(features ? ["--features", features] : []), crate];
  run("cargo", ["install", "--locked", "--root", taken ? ownTools : cargoHome, ...wanted], SOON);
  const wrong = programs.find((program) => !isRight(program));
  if (wrong) throw new Failure(`${find(wrong) ?? wrong} is not of version ${version}: remove it, then run this again.`);
}

/** The version of a program on PATH: as it says itself, or, where it says nothing, as cargo remembers. */
function versionOf(program, crate) {
  const place = find(program);
  if (!place) return undefined;
  const listed = () => ask("cargo", "install", "--list", "--root", dirname(dirname(place)));
  return ask(place, "--version")?.split(" ")[1] ?? new RegExp(`^${crate} v(\\S+?):?$`, "m").exec(listed())?.[1];
}

function setupBrowser() {
  if (findBrowser()) return "is there";
  if (process.env.CHROME || process.env.CHROMEDRIVER) {
    throw new Failure("CHROME and CHROMEDRIVER must be the paths of a Chromium or Chrome and of its chromedriver.");
  }
  installOnDebian("chromium", "chromium-driver", "fonts-noto-cjk");
  if (findBrowser()) return;
  throw new Failure(
    "Install Chrome or Chromium and a chromedriver of the same version " +
      "(Debian: `apt-get install chromium chromium-driver`, macOS: `brew install --cask google-chrome chromedriver`, " +
      "elsewhere see https://googlechromelabs.github.io/chrome-for-testing), or set CHROME and CHROMEDRIVER to their paths.",
  );
}

function setupOthers() {
  const missing = () => Object.entries(findOthers()).filter(([, path]) => !path).map(([name]) => name);
  if (missing().length === 0) return "are there";
  installOnDebian("firefox-esr", "webkit2gtk-driver", "xvfb", "fonts-noto-cjk");
  if (missing().length === 0) return;
  throw new Failure(
    `There is no ${missing().join(", no ")} on PATH: install Firefox, WebKitGTK's driver and Xvfb ` +
      "(Debian: `apt-get install firefox-esr webkit2gtk-driver xvfb`).",
  );
}

/** Installs these packages where this is Debian and we may. */
function installOnDebian(...packages) {
  const isRoot = process.getuid?.() === 0;
  const debian = existsSync("/etc/os-release") && /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
  if (!debian || !(isRoot || find("sudo"))) return;
  begin(`installs ${packages.join(", ")}`, "2 minutes");
  const apt = (...args) => {
    const line = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", ...args];
    run(isRoot ? line[0] : "sudo", isRoot ? line.slice(1) : line);
  };
  apt("update");
  apt("install", "-y", "--no-install-recommends", ...packages);
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

/** The paths of Firefox, and of what WebKit is driven by and shown on. */
export const findOthers = () => ({
  Firefox: find("firefox-esr", "firefox"),
  WebKitWebDriver: find("WebKitWebDriver"),
  Xvfb: find("Xvfb"),
});
