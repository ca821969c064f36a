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
  const other = findAll(".gg-tabs [role=tab]").find((one) => one !== tab);
  show(other.getAttribute("aria-controls"));
  other.focus();
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
async function openArticle(button) {
  const { article, place, spans } = button.dataset;
  body.textContent = words.loading;
  reader.showModal();
  const asked = {
    article, place, visit: JSON.stringify(visit),
    spans: spans.split(" ").filter(Boolean).map((span) => span.split("-").map(Number)),
  };
  const markup = await server.whole_article(asked).catch(() => null);
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
// from now on, questions are asked of this article alone, until the filter is cleared
onClick(".gg-only", async (button) => {
  reader.close();
  const label = find("#filters > .label-wrap");
  if (!label.classList.contains("open")) label.click(); // closed, its boxes are not there
  let box = null;
  for (let tries = 0; !box && tries < 40; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    box = find("#filter-source input, #filter-source textarea");
  }
  type("#filter-source", button.dataset.source);
  box?.focus();
  find("#question textarea").focus(); // leaving the box tells what is in it
});
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
