// npm test: sets up, then runs every test there is. A part of it: npm test -- --only native
//   lint    format and Clippy, for this machine and for the browser
//   native  the engine's tests on this machine
//   export  what leaves Synod, read by the programs it is for
//   web     the same engine inside a headless Chromium
//   e2e     the release build in dist/, used as a person uses it

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { page } from "./page.mjs";
import { findBrowser, setup } from "./setup.mjs";
import { Failure, command, read, run, step, target } from "./steps.mjs";

const WASM = "wasm32-unknown-unknown";
// Each has a site and a browser of its own: they run side by side, those that take longest first.
const PAGE_TESTS = ["e2e", "hosting", "e2e-keep", "parts", "e2e-time", "embed", "manners", "measures", "histories", "door", "lessons"].map((name) => `tests/browser/${name}.mjs`);

const parts = {
  lint: {
    needs: { rust: true },
    async test() {
      await step("format", () => run("cargo", ["fmt", "--check"]));
      await step("Clippy, native", () => run("cargo", ["clippy", "--all-targets", "--", "-D", "warnings"]), "2 minutes");
      await step("Clippy, wasm", () =>
        run("cargo", ["clippy", "--target", WASM, "--lib", "--bin", "synod", "--test", "web", "--", "-D", "warnings"]),
        "2 minutes",
      );
    },
  },
  native: {
    needs: { rust: true },
    async test() {
      await step("native tests", () => run("cargo", ["test"]), "4 minutes");
    },
  },
  export: {
    needs: { rust: true, node: true },
    async test() {
      await step("what is exported", () => run("node", ["--test", "--test-reporter=spec", "tests/export.mjs"]), "a minute");
    },
  },
  web: {
    needs: { rust: true, wasmTools: true, browser: true },
    async test() {
      const { chrome, chromedriver } = findBrowser();
      await step("tests in Chromium", () =>
        run("cargo", ["test", "--target", WASM, "--test", "web"], {
          CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: "wasm-bindgen-test-runner",
          CHROMEDRIVER: chromedriver,
          WASM_BINDGEN_TEST_WEBDRIVER_JSON: webdriverOptions(chrome),
          WASM_BINDGEN_TEST_TIMEOUT: "300",
        }),
        "3 minutes",
      );
    },
  },
  e2e: {
    needs: { rust: true, node: true, wasmTools: true, splitTool: true, browser: true },
    async test() {
      const { chrome } = findBrowser();
      await page();
      await step("end-to-end tests", () =>
        run("node", ["--test", "--test-reporter=spec", "--test-concurrency=3", ...PAGE_TESTS], { CHROME: chrome }),
        "5 minutes",
      );
    },
  },
};

/** webdriver.json for the very Chromium that was found; answers with the path of the copy. */
function webdriverOptions(chrome) {
  const options = JSON.parse(read("webdriver.json"));
  options["goog:chromeOptions"].binary = chrome;
  const path = join(target, "webdriver.json");
  mkdirSync(target, { recursive: true });
  writeFileSync(path, JSON.stringify(options));
  return path;
}

await command("npm test", async (args) => {
  const all = Object.keys(parts);
  const chosen = args.length === 0 ? all : args[0] === "--only" ? args.slice(1).flatMap((arg) => arg.split(",")) : [];
  if (chosen.length === 0 || !chosen.every((name) => all.includes(name))) {
    throw new Failure(`“${args.join(" ")}” is not understood: write \`--only\` and some of ${all.join(", ")}.`);
  }
  const selected = all.filter((name) => chosen.includes(name)).map((name) => parts[name]);
  await setup(Object.assign({}, ...selected.map((part) => part.needs)));
  for (const part of selected) await part.test();
  console.log(`✓ all passed: ${all.filter((name) => chosen.includes(name)).join(", ")}`);
});
