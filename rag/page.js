// The chat page's script. Gradio runs it once, as the body of a function, when the reader (`element`) is on the page;
// `server.whole_article` asks Python for an article. Clicks are caught at the document, for Gradio replaces markup.
const page = document;
const talk = page.getElementById("talk");
const sources = page.getElementById("sources");
const dialog = element.querySelector("dialog");
const body = element.querySelector(".gg-reader-body");
const still = matchMedia("(prefers-reduced-motion: reduce)");

page.documentElement.lang = "ko";
page.getElementById("conversation").setAttribute("role", "log");
page.getElementById("conversation").setAttribute("aria-live", "polite");
page.getElementById("conversation").setAttribute("aria-label", "대화");
sources.setAttribute("role", "region");
sources.setAttribute("aria-label", "근거");

function bring(node, block) {
  node.scrollIntoView({ block, behavior: still.matches ? "auto" : "smooth" });
}

// Enter while a syllable is being composed finishes the syllable; it does not send the question. Safari ends the
// composition before the key, which then has only its code to tell.
for (const type of ["keydown", "keypress"]) {
  talk.addEventListener(type, (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopImmediatePropagation();
  }, true);
}

function showSources(turn) {
  const wanted = page.getElementById(`sources-${turn}`);
  for (const group of sources.querySelectorAll(".gg-sources")) group.hidden = wanted !== null && group !== wanted;
  return wanted;
}

function mark(card) {
  for (const other of page.querySelectorAll(".gg-marked")) other.classList.remove("gg-marked");
  if (card.tagName === "DETAILS") card.open = true;
  card.classList.add("gg-marked");
  card.focus({ preventScroll: true });
  bring(card, "nearest");
}

async function openArticle(button) {
  const spans = button.dataset.spans.split(" ").filter(Boolean).map((span) => span.split("-").map(Number));
  body.textContent = "기사를 불러오는 중입니다";
  dialog.showModal();
  const markup = await server.whole_article({ article: button.dataset.article, spans });
  if (typeof markup !== "string") {
    body.textContent = "기사를 불러오지 못했습니다. 페이지를 새로 고쳐 보세요.";
    return;
  }
  body.innerHTML = markup; // escaped in Python
  body.scrollTop = 0;
  const here = body.querySelector(".gg-quote") ?? body.querySelector(".gg-passage");
  if (here) here.scrollIntoView({ block: "center" });
  body.focus({ preventScroll: true });
}

page.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const link = target?.closest(".gg-cite, .gg-to-sources");
  const opener = target?.closest(".gg-open");
  if (link) {
    event.preventDefault();
    const group = showSources(link.dataset.turn);
    const card = page.getElementById(link.hash.slice(1));
    if (link.matches(".gg-cite") && card) mark(card);
    else if (group) bring(group, "start");
  } else if (opener) {
    openArticle(opener);
  } else if (target === dialog || target?.closest(".gg-close")) {
    dialog.close();
  }
});

// A new question goes to the top of the conversation, and its sources to the top of theirs.
let last = "";
new MutationObserver(() => {
  const turns = page.querySelectorAll(".gg-turn");
  const newest = turns[turns.length - 1];
  if (newest && newest.id !== last) bring(newest, "start");
  last = newest ? newest.id : "";
}).observe(page.getElementById("conversation"), { childList: true, subtree: true });
new MutationObserver(() => { sources.scrollTop = 0; }).observe(sources, { childList: true, subtree: true });
