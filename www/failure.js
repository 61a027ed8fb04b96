// The card where the program cannot go on: it did not start (no WebAssembly, a file that is missing or
// damaged), or it failed while it ran (src/web/crash.rs). www/boot.js fetches this once the first
// picture is there, or when it is needed; a browser that knows no modules runs it instead of that. So
// it is a plain script in the language of old browsers, and needs no program.

(function () {
  // From www/locale/zh.po: `BLESS=1 cargo test words` writes it.
  var CHINESE = {
    "Copied": "已复制",
    "Copy": "复制",
    "It needs a recent browser with WebAssembly, and all of its files. Below is what was to be opened, to be copied.": "它需要支持 WebAssembly 的较新浏览器，以及完整的文件。下面是原本要打开的内容，可供复制。",
    "Reload": "重新加载",
    "Start without this run": "不带此运行启动",
    "Synod could not start.": "Synod 无法启动。",
    "The site that this page comes from forbids WebAssembly: its header Content-Security-Policy needs 'wasm-unsafe-eval' in script-src. Below is what was to be opened, to be copied.": "本页所在的网站禁止 WebAssembly：其 Content-Security-Policy 响应头的 script-src 中需要 'wasm-unsafe-eval'。下面是原本要打开的内容，可供复制。",
  };

  /** The script that the link carries, or else the link as it was typed. */
  function wanted() {
    var run = /[#&]run=([^&]*)/.exec(location.hash);
    try {
      if (run) return "run " + decodeURIComponent(run[1].replace(/\+/g, " ").replace(/;/g, "\n"));
    } catch (damaged) {}
    return location.href;
  }

  /** Whether not even the smallest program compiles, though the browser knows WebAssembly: the server forbids it. */
  function forbidden() {
    try {
      return !new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
    } catch (refused) {
      return typeof WebAssembly === "object";
    }
  }

  /** Of a program that ran: its language, and what it says. */
  window.synodFailed = function (root, language, title, why, script, place) {
    if (root.querySelector(".crash-card")) return; // What fails after that follows from it.
    language = language || (/[#&]lang=zh/.test(location.hash) || /^zh/.test(navigator.language || "") ? "zh" : "en");
    function say(english) {
      return (language === "zh" && CHINESE[english]) || english;
    }
    var card = document.createElement("section");
    function add(tag, text, name) {
      var part = document.createElement(tag);
      part.textContent = text;
      part.className = name || "";
      return card.appendChild(part);
    }
    card.className = "crash-card";
    card.lang = language === "zh" ? "zh-Hans" : "en";
    card.setAttribute("role", "alert");
    add("h1", title || say("Synod could not start."));
    if (why) add("p", why);
    else if (forbidden()) add("p", say("The site that this page comes from forbids WebAssembly: its header Content-Security-Policy needs 'wasm-unsafe-eval' in script-src. Below is what was to be opened, to be copied."));
    else add("p", say("It needs a recent browser with WebAssembly, and all of its files. Below is what was to be opened, to be copied."));
    var text = add("pre", script || wanted());
    text.tabIndex = 0; // To be scrolled by keyboard.
    if (place) add("p", place, "soft");
    var acts = add("p", "", "acts");
    function act(tag, text, name) {
      var part = add(tag, text, name);
      acts.appendChild(part);
      acts.appendChild(document.createTextNode(" "));
      return part;
    }
    var copy = act("button", say("Copy"), "button");
    copy.onclick = function () {
      getSelection().selectAllChildren(text); // Where it cannot be copied for them, it is half done.
      if (navigator.clipboard) navigator.clipboard.writeText(text.textContent).then(function () {
        copy.textContent = say("Copied");
      }, function () {});
    };
    act("button", say("Reload"), "button primary").onclick = function () {
      location.reload();
    };
    // This page without its run: a folder alone is not a page on every server.
    if (location.hash.length > 1) act("a", say("Start without this run"), "button").href = "?";
    root.innerHTML = "";
    root.appendChild(card);
  };

  // The browser knows no modules, and so not www/boot.js.
  if (!window.synodPage) window.synodFailed(document.getElementById("synod"));
})();
