// Firefox and WebKit, told what to do in the same few words. `source` is an expression that the page works
// out: what it comes to, or the element that it finds.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import puppeteer from "puppeteer-core";

const SIZE = { width: 1366, height: 850 };

/** Firefox, by WebDriver BiDi. */
export async function firefox(executablePath) {
  const browser = await puppeteer.launch({ browser: "firefox", executablePath, defaultViewport: SIZE });
  const page = await browser.newPage();
  const said = [];
  page.on("console", (message) => message.type() === "error" && said.push(message.text()));
  page.on("pageerror", (error) => said.push(error.message));
  return {
    version: await browser.version(),
    open: (url) => page.goto(url, { waitUntil: "domcontentloaded" }),
    evaluate: (source) => page.evaluate(source),
    click: (x, y) => page.mouse.click(x, y),
    async choose(source, option) {
      const select = await page.evaluateHandle(source);
      await select.select(await page.evaluate(`${choice(source, option)}.value`));
    },
    complaints: () => said.splice(0),
    close: () => browser.close(),
  };
}

/** WebKitGTK's small browser on a screen that nobody sees, by WebDriver. */
export async function webkit({ WebKitWebDriver, Xvfb }) {
  const screen = start(Xvfb, ["-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"], { stdio: ["ignore", "pipe", "ignore"] });
  const [display] = await Promise.race([once(screen.stdout, "data"), once(screen, "exit").then(([code]) => Promise.reject(new Error(`${Xvfb} ended with code ${code}.`)))]);
  screen.stdout.resume().unref(); // Not closed: it has not said all.
  const port = await freePort();
  const driver = start(WebKitWebDriver, [`--port=${port}`], { stdio: "ignore", env: { ...process.env, DISPLAY: `:${String(display).trim()}` } });
  const call = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body), signal: AbortSignal.timeout(60_000) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  while (!(await call("GET", "/status").catch(() => undefined))?.ready) {
    if (driver.exitCode !== null) throw new Error(`${WebKitWebDriver} ended with code ${driver.exitCode}.`);
    await new Promise((soon) => setTimeout(soon, 50));
  }
  const { sessionId, capabilities } = await call("POST", "/session", { capabilities: { alwaysMatch: { browserName: "MiniBrowser" } } });
  const session = `/session/${sessionId}`;
  await call("POST", `${session}/window/rect`, SIZE);
  const evaluate = (source) => call("POST", `${session}/execute/sync`, { script: `return ${source}`, args: [] });
  return {
    version: `WebKitGTK ${capabilities.browserVersion}`,
    open: (url) => call("POST", `${session}/url`, { url }),
    evaluate,
    click(x, y) {
      const actions = [{ type: "pointerMove", origin: "viewport", x, y }, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }];
      return call("POST", `${session}/actions`, { actions: [{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions }] });
    },
    async choose(source, option) {
      const [id] = Object.values(await evaluate(choice(source, option)));
      await call("POST", `${session}/element/${id}/click`, {});
    },
    complaints: () => [], // Its driver does not tell what stands in the console.
    close: () => call("DELETE", session),
  };
}

/** A program that ends when we do. */
function start(...program) {
  const child = spawn(...program);
  process.once("exit", () => child.kill());
  child.unref();
  return child;
}

const choice = (source, option) => `[...${source}.options].find((one) => one.label === ${JSON.stringify(option)})`;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
