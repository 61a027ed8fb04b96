// Builds the page for release into dist/, ready for any static host.

import { offline } from "./offline.mjs";
import { split } from "./split.mjs";
import { run, step } from "./steps.mjs";

/** `args` are Trunk's, such as `--dist FOLDER`. */
export async function page(args = []) {
  await step("page, release build into dist/", () => run("trunk", ["build", "--release", ...args]));
  const place = args.indexOf("--dist") + 1;
  const dist = place ? args[place] : "dist";
  await step("what the first visit needs, and the rest", () => split(dist));
  await step("what is kept for a visit without a network", () => offline(dist));
}
