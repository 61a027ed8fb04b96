// The card where the program does not start: no WebAssembly, no modules, a file that is missing or
// damaged. A plain script in the language of old browsers, so that these can still say it. (A program
// that fails while it runs says so itself: src/web/crash.rs.)

(function () {
  var chinese = /^zh/.test(navigator.language || "");
  function say(english, translated) {
    return chinese ? translated : english;
  }

  /** The script that the link carries, or else the link as it was typed. */
  function wanted() {
    var run = /[#&]run=([^&]*)/.exec(location.hash);
    try {
      if (run) return decodeURIComponent(run[1].replace(/\+/g, " ").replace(/;/g, "\n"));
    } catch (damaged) {}
    return location.href;
  }

  window.synodFailed = function () {
    var loading = document.querySelector("#synod .loading");
    if (!loading) return; // It runs: what went wrong then says so itself.
    var card = document.createElement("section");
    function add(tag, text, name, act) {
      var part = document.createElement(tag);
      part.textContent = text;
      part.className = name;
      part.onclick = act;
      card.appendChild(part);
    }
    card.className = "crash-card";
    card.setAttribute("role", "alert");
    add("h1", say("Synod could not start.", "Synod 无法启动。"), "");
    add("p", say(
      "It needs a recent browser with WebAssembly, and all of its files. Below is what was to be opened, to be copied.",
      "它需要支持 WebAssembly 的较新浏览器，以及完整的文件。下面是原本要打开的内容，可供复制。"
    ), "");
    add("pre", wanted(), "");
    add("button", say("Reload", "重新加载"), "button primary", function () {
      location.reload();
    });
    if (location.hash.length > 1) {
      add("button", say("Start without this run", "不带此运行启动"), "button", function () {
        location.href = location.pathname + "?";
      });
    }
    loading.parentNode.replaceChild(card, loading);
  };

  // www/boot.js did not come, or this browser does not understand it.
  window.addEventListener("load", function () {
    if (!window.synodLater) window.synodFailed();
  });
})();
