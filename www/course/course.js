// What the example course page does with its playgrounds: it speaks two languages, has buttons of
// its own that drive a run, and an exercise that knows when it is solved. All that it knows of a run it
// is told by the element, see synod-playground.d.ts.

const find = (selector) => document.querySelector(selector);

// ---- language ------------------------------------------------------------------------------------

const chinese = () => document.documentElement.lang.startsWith("zh");
const say = (english, translated) => (chinese() ? translated : english);
/** What stands in those places, to be said again in the other language. */
const said = new Map();
/** What is handed in, once it is solved. */
let handedIn;

function speak(zh) {
  document.documentElement.lang = zh ? "zh-Hans" : "en";
  document.title = say("Week 3: who leads? · an example course page with Synod", "第 3 周：谁是领导者？ · Synod 课程页面示例");
  const other = find("#language");
  other.textContent = zh ? "English" : "中文";
  other.lang = zh ? "en" : "zh-Hans";
  for (const option of document.querySelectorAll("option[data-label-en]")) {
    option.textContent = zh ? option.dataset.labelZh : option.dataset.labelEn;
  }
  find("#election").title = say("A first election", "第一次选举");
  find("#failover").title = say("A leader that crashes", "崩溃的领导者");
  find("#exercise").title = say("Exercise: two leaders in one term", "练习：一个任期，两个领导者");
  find("#lesson").title = say("A lesson: Raft", "一课：Raft");
  find("#graded").title = say("Exercise: two leaders at once", "练习：同时有两个领导者");
  for (const [place, words] of said) write(place, words);
}

function write(place, words) {
  place.textContent = say(...words);
  if (place !== find("#report") || !handedIn) return;
  const link = document.createElement("a");
  link.href = link.textContent = handedIn;
  place.append(" ", link);
}

function tell(place, ...words) {
  said.set(place, words);
  write(place, words);
}

find("#language").addEventListener("click", () => speak(!chinese()));
speak(/[?&]lang=zh/.test(location.search) || (!/[?&]lang=/.test(location.search) && navigator.language.startsWith("zh")));

// On paper the whole address stands.
for (const link of document.querySelectorAll(".on-paper a")) link.href = new URL(link.getAttribute("href"), location.href).href;

// ---- 2: buttons that drive a run -----------------------------------------------------------------

const failover = find("#failover");
const silence = find("#silence");
let crashed; // When the leader crashed, in µs.

const leader = (state) => state.nodes.find((node) => node.role === "leader" && node.status === "up");
const ms = (micros) => Math.round(micros / 1000);

const drives = {
  async elect() {
    const state = leader(await failover.read()) ? await failover.read() : await failover.until("leader");
    const { id } = leader(state);
    if (crashed === undefined) return tell(silence, `${id} leads, elected at ${ms(state.time)} ms. Now crash it.`, `${id} 当选，时间 ${ms(state.time)} ms。现在让它崩溃。`);
    const wait = ms(state.time - crashed);
    crashed = undefined;
    tell(silence, `${id} leads: for ${wait} ms there was no leader.`, `${id} 当选：有 ${wait} ms 没有领导者。`);
  },

  async crash() {
    const { nodes, time } = await failover.read();
    const leads = leader({ nodes });
    if (!leads) return tell(silence, "Nobody leads: wait for a leader first.", "现在没有领导者：请先等待选出。");
    await failover.command(`crash ${leads.id}`);
    crashed = time;
    tell(silence, `${leads.id} has crashed. Its followers do not know yet: wait for the next leader.`, `${leads.id} 已崩溃，跟随者还不知道：请等待下一个领导者。`);
  },

  async forward() {
    await failover.forward();
  },

  async seed() {
    const seed = 1 + Math.floor(Math.random() * 1000);
    crashed = undefined;
    await failover.load(`run raft nodes=5 seed=${seed}`);
    tell(silence, `Seed ${seed}: the timers are drawn anew.`, `种子 ${seed}：定时器重新抽取。`);
  },
};

for (const button of document.querySelectorAll("[data-does]")) {
  button.addEventListener("click", () => drives[button.dataset.does]().catch((error) => tell(silence, error.message, error.message)));
}

// ---- 3: an exercise that grades itself -----------------------------------------------------------

const exercise = find("#exercise");
const verdict = find("#verdict");

function judge(state, ...words) {
  verdict.dataset.state = state;
  tell(verdict, ...words);
}

find("#flaws").addEventListener("submit", async (event) => {
  event.preventDefault();
  const flaw = find("#flaw").value;
  try {
    await exercise.load(`run raft nodes=3 seed=1${flaw && ` flaw=${flaw}`}`);
    judge("open", ...(flaw
      ? ["The flaw is on. Now make two leaders in one term.", "缺陷已打开。现在让一个任期出现两个领导者。"]
      : ["No flaw is on: this cannot be done.", "没有打开缺陷：这样做不到。"]));
  } catch (error) {
    judge("wrong", error.message, error.message);
  }
});

exercise.on("property", ({ name, standing, why, time }) => {
  if (standing !== "violated" || verdict.dataset.state === "done") return;
  if (name === "Election Safety") {
    judge("done", `Solved, at ${ms(time)} ms of the run: ${why}`, `已完成，在运行的 ${ms(time)} ms：${why}`);
  } else {
    judge("other", `${name} is broken, which is worth understanding, but it is not what was asked: ${why}`, `违反了“${name}”，值得弄懂，但不是题目要求的：${why}`);
  }
});

// ---- 4 and 5: what Synod brings: a lesson, and an exercise that it judges --------------------------

const lessonTold = find("#lesson-told");
const graded = find("#graded");
const report = find("#report");
let foreseen = 0;
let answered; // The step whose answer was told last.

find("#lesson").on("study", (study) => {
  if (!study || study.foreseen === null || answered === study.step) return;
  answered = study.step;
  foreseen += study.foreseen ? 1 : 0;
  tell(lessonTold, `Step ${study.step} of ${study.steps}: ${study.foreseen ? "foreseen" : "not foreseen"}. Foreseen so far: ${foreseen}.`, `第 ${study.step} 步，共 ${study.steps} 步：${study.foreseen ? "预料对了" : "没有料到"}。至今料对 ${foreseen} 次。`);
});

graded.on("study", async (study) => {
  if (!study) return;
  const met = study.conditions.filter(({ standing }) => standing === "met").length;
  const all = study.conditions.length;
  if (!study.solved) {
    report.dataset.state = "open";
    handedIn = undefined;
    return tell(report, `${met} of ${all} conditions are met.`, `${all} 个条件中满足了 ${met} 个。`);
  }
  const { link } = await graded.read();
  report.dataset.state = "done";
  handedIn = new URL(`index.html${link}`, location.href).href;
  tell(report, `Solved, with ${study.hints} hints. Hand in this link:`, `已完成，用了 ${study.hints} 个提示。请交上这个链接：`);
});
