// Reading: citations lead to sources, sources to whole articles.
const reader = element.querySelector(".gg-reader");
const body = element.querySelector(".gg-reader-body");

// -- The two sides on the right: sources and articles
function show(side) {
  find("#side")?.setAttribute("data-shown", side);
  for (const tab of findAll(".gg-tabs [role=tab]")) {
    const chosen = tab.getAttribute("aria-controls") === side;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
}

onClick(".gg-tabs [role=tab]", (tab) => show(tab.getAttribute("aria-controls")));
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.(".gg-tabs [role=tab]");
  if (!tab || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const other = findAll(".gg-tabs [role=tab]").find((one) => one !== tab && one.checkVisibility());
  if (!other) return;
  show(other.getAttribute("aria-controls"));
  other.focus();
});

// Gradio's columns and blocks do not tell a screen reader what they are.
onChange(() => {
  for (const side of ["sources", "articles"]) {
    const panel = find(`#${side}`);
    if (!panel || panel.role === "tabpanel") continue;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${side}`);
  }
  for (const news of findAll("#sending:not([role]), #news:not([role])")) news.setAttribute("role", "status");
});

// -- Citations
function showSources(turn) {
  const wanted = document.getElementById(`sources-${turn}`);
  if (!wanted) return null;
  show("sources");
  for (const group of findAll(".gg-sources")) group.hidden = group !== wanted;
  return wanted;
}

function mark(card) {
  for (const other of findAll(".gg-marked")) other.classList.remove("gg-marked");
  card.classList.add("gg-marked");
  if (card instanceof HTMLDetailsElement) card.open = true;
  card.focus({ preventScroll: true });
  bring(card, "nearest");
}

onClick(".gg-cite, .gg-to-sources", (link, event) => {
  event.preventDefault();
  const group = showSources(link.dataset.turn);
  const card = link.matches(".gg-cite") ? document.getElementById(link.hash.slice(1)) : null;
  if (card) mark(card);
  else if (group) bring(group, "start");
});

// -- Whole articles
let opened = 0;
async function openArticle(button) {
  const now = opened += 1;
  const { article, place, spans } = button.dataset;
  body.textContent = words.loading;
  reader.showModal();
  const asked = {
    article, place, visit: JSON.stringify(visit),
    spans: spans.split(" ").filter(Boolean).map((span) => span.split("-").map(Number)),
  };
  const markup = await server.whole_article(asked).catch(() => null);
  if (now !== opened) return; // another has been opened since
  if (typeof markup !== "string") {
    body.textContent = words.load_failed;
    return;
  }
  body.innerHTML = markup; // its text was escaped in Python
  body.scrollTop = 0;
  body.querySelector(".gg-quote, .gg-passage")?.scrollIntoView({ block: "center" });
  body.focus({ preventScroll: true });
}

onClick(".gg-open", openArticle);
// from now on, questions are asked of this article alone, until that is ended
function askOnly(article, title) {
  tellVisit({ only: article });
  const told = find(".gg-only-now");
  if (!told) return;
  told.hidden = !article;
  told.firstElementChild.textContent = article ? filled(words.only_now, { title }) : "";
}

onClick(".gg-only", (button) => {
  reader.close();
  askOnly(button.dataset.article, button.dataset.title);
  find("#question textarea").focus();
});
onClick(".gg-only-end", () => askOnly("", ""));
onClick(".gg-close", () => reader.close());
// a click beside a dialog closes it
element.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement && !event.target.matches(".gg-pasting")) event.target.close();
});

// -- New answers: the question comes to the top of the conversation, its sources are read from their top
let turn = "", group = "";
onChange(() => {
  const newest = findAll(".gg-turn").pop();
  const sources = findAll(".gg-sources").pop();
  const state = newest ? newest.id + newest.querySelector(".gg-question")?.textContent + Boolean(newest.querySelector(".gg-tools")) : "";
  if (state !== turn) sent(false);
  if (newest && state !== turn) {
    bring(newest, "start");
    // an example that was clicked is gone, and the focus with it; on a phone the box would open the keyboard
    if (document.activeElement === document.body && matchMedia("(hover: hover)").matches) {
      find("#question textarea")?.focus({ preventScroll: true });
    }
  }
  if (sources && sources.id !== group) {
    show("sources");
    find("#sources").scrollTop = 0;
  }
  turn = state;
  group = sources?.id ?? "";
});
