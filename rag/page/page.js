// The chat page's script. Gradio runs it once, as the body of a function, when the reader (`element`) is on the
// page; `server.whole_article` asks Python for an article. The rest of the page may come later and is replaced
// with every answer, so everything is caught at the document.
const dialog = element.querySelector("dialog");
const body = element.querySelector(".gg-reader-body");
const still = matchMedia("(prefers-reduced-motion: reduce)");
document.documentElement.lang = "ko";

// Enter while a syllable is being composed finishes the syllable; it does not send the question. Safari ends
// the composition before the key, which then has only its code to tell.
for (const type of ["keydown", "keypress"]) {
  document.addEventListener(type, (event) => {
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key === "Enter" && composing && event.target.closest("#question")) event.stopImmediatePropagation();
  }, true);
}

function bring(node, block) {
  node.scrollIntoView({ block, behavior: still.matches ? "auto" : "smooth" });
}

function showSources(turn) {
  const wanted = document.getElementById(`sources-${turn}`);
  if (wanted) for (const group of document.querySelectorAll(".gg-sources")) group.hidden = group !== wanted;
  return wanted;
}

function mark(card) {
  for (const other of document.querySelectorAll(".gg-marked")) other.classList.remove("gg-marked");
  card.classList.add("gg-marked");
  card.focus({ preventScroll: true });
  bring(card, "nearest");
}

async function openArticle(button) {
  const spans = button.dataset.spans.split(" ").filter(Boolean).map((span) => span.split("-").map(Number));
  body.textContent = "기사를 불러오는 중입니다.";
  dialog.showModal();
  const markup = await server.whole_article({ article: button.dataset.article, spans });
  if (typeof markup !== "string") {
    body.textContent = "기사를 불러오지 못했습니다. 페이지를 새로 고쳐 보세요.";
    return;
  }
  body.innerHTML = markup; // its text was escaped in Python
  body.scrollTop = 0;
  body.querySelector(".gg-quote, .gg-passage")?.scrollIntoView({ block: "center" });
  body.focus({ preventScroll: true });
}

// Gradio's accordion does not tell a screen reader whether it is open.
function tellWhetherOpen() {
  const label = document.querySelector("#filters > .label-wrap");
  label?.setAttribute("aria-expanded", String(label.classList.contains("open")));
}

// The question goes into its box as if typed, for that is where Gradio takes it from.
function askAsTyped(question) {
  const box = document.querySelector("#question textarea");
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, question);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  setTimeout(() => document.querySelector("#as-typed").click());
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#filters > .label-wrap")) requestAnimationFrame(tellWhetherOpen);
  const link = event.target.closest(".gg-cite, .gg-to-sources");
  const opener = event.target.closest(".gg-open");
  const typed = event.target.closest(".gg-as-typed");
  if (link) {
    event.preventDefault();
    const group = showSources(link.dataset.turn);
    const card = link.matches(".gg-cite") ? document.getElementById(link.hash.slice(1)) : null;
    if (card) mark(card);
    else if (group) bring(group, "start");
  } else if (typed) {
    askAsTyped(typed.dataset.question);
  } else if (opener) {
    openArticle(opener);
  } else if (event.target === dialog || event.target.closest(".gg-close")) {
    dialog.close();
  }
});

// A new question comes to the top of the conversation, and new sources are read from their top.
let turn = "", group = "";
new MutationObserver(() => {
  tellWhetherOpen();
  const newest = [...document.querySelectorAll(".gg-turn")].pop();
  const sources = [...document.querySelectorAll(".gg-sources")].pop();
  const state = newest ? newest.id + newest.lastElementChild.className : "";
  if (newest && state !== turn) {
    bring(newest, "start");
    // an example that was clicked is gone, and the focus with it; on a phone the box would open the keyboard
    if (document.activeElement === document.body && matchMedia("(hover: hover)").matches) {
      document.querySelector("#question textarea")?.focus({ preventScroll: true });
    }
  }
  if (sources && sources.id !== group) document.getElementById("sources").scrollTop = 0;
  turn = state;
  group = sources?.id ?? "";
}).observe(document.body, { childList: true, subtree: true });
