// Keeping conversations in this browser: the server remembers none. Each tab has its own, found again after a reload.
const MOST_TALKS = 50, MOST_EVICTED = 5;
const TYPES = { md: "text/markdown", html: "text/html", json: "application/json" };

let talk = newTalk(); // the conversation on the page

function newTalk() {
  return { id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, title: "", at: "", turns: [] };
}

function setTalk(next) {
  talk = next;
  tellVisit({ talk: talk.id, turns: talk.turns.length });
  setCurrent(talk.turns.length ? talk.id : null);
}

function talks() {
  return kept("talks", []);
}

function currentId() {
  try { return sessionStorage.getItem("geungeo.talk"); } catch { return null; }
}

function setCurrent(id) {
  try {
    if (id) sessionStorage.setItem("geungeo.talk", id);
    else sessionStorage.removeItem("geungeo.talk");
  } catch { /* this tab forgets it on a reload */ }
}

function keepTalk() {
  const listed = talks().filter((one) => one.id !== talk.id);
  listed.unshift({ id: talk.id, title: talk.title, at: talk.at, count: talk.turns.length });
  for (const old of listed.splice(MOST_TALKS)) forget(`talk.${old.id}`);
  // a few of the oldest make room where there is none
  for (let tries = 0; !keep(`talk.${talk.id}`, talk) || !keep("talks", listed); tries += 1) {
    if (listed.length < 2 || tries === MOST_EVICTED) {
      toast(words.not_kept);
      return;
    }
    forget(`talk.${listed.pop().id}`);
  }
}

// Python tells what to keep of a turn: a new one, or one that has been asked again or written.
let recorded = null;
onChange(() => {
  const record = find("#record [data-turn]");
  if (!record || record.dataset.turn === recorded) return;
  recorded = record.dataset.turn;
  if (record.dataset.talk !== talk.id) return; // of a conversation that has been left
  const turn = JSON.parse(recorded);
  const turns = [...talk.turns.filter((one) => one.number < turn.number), turn];
  setTalk({ ...talk, title: talk.title || turn.question.slice(0, 80), at: turn.at, turns });
  keepTalk();
});

// The server has lost the conversation: it is brought back, and what was asked is asked again.
let asked = null;
onChange(() => {
  const lost = find("#record [data-lost]");
  if (lost && asked === null) {
    asked = lost.dataset.lost;
    tell("resume", { turns: talk.turns });
  } else if (!lost && asked !== null) {
    const question = asked;
    asked = null;
    setTimeout(() => ask(question));
  }
  // what was kept by another version stays in the list, but is not gone on with
  if (find("#record [data-refused]") && talk.turns.length) setTalk(newTalk());
});

function tellWhetherTalking() {
  const fresh = find(".gg-fresh");
  if (fresh) fresh.hidden = !find(".gg-turn");
}
onChange(tellWhetherTalking);

function begin() {
  askOnly("", "");
  setTalk(newTalk());
  tell("begin", { turns: [] });
  show("articles");
  type("#question", "");
  find("#question textarea")?.focus();
}

function goOn(id) {
  askOnly("", "");
  setTalk(kept(`talk.${id}`) ?? newTalk());
  tell("begin", { turns: talk.turns });
}

onClick(".gg-fresh", begin);

// -- The list of conversations
const talksDialog = element.querySelector(".gg-talks");

function listTalks() {
  const list = talksDialog.querySelector("ul");
  const sought = talksDialog.querySelector(".gg-find").value.trim().toLowerCase();
  const holds = (one) => !sought || JSON.stringify(kept(`talk.${one.id}`, "")).toLowerCase().includes(sought);
  const rows = talks().filter(holds).map((one) => {
    const row = document.createElement("li");
    const open = document.createElement("button");
    open.type = "button";
    open.className = "gg-talk";
    open.dataset.talk = one.id;
    const title = document.createElement("b");
    title.textContent = one.title;
    const about = document.createElement("small");
    const day = new Date(one.at);
    about.textContent = `${isNaN(day) ? "" : day.toLocaleString(words.language)} · ${filled(words.turns, { count: one.count })}`;
    open.append(title, about);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "gg-delete";
    remove.dataset.talk = one.id;
    remove.setAttribute("aria-label", `${words.delete}: ${one.title}`);
    remove.textContent = words.delete;
    row.append(open, remove);
    return row;
  });
  if (!rows.length) {
    const none = document.createElement("li");
    none.textContent = words.no_talks;
    rows.push(none);
  }
  list.replaceChildren(...rows);
  talksDialog.querySelector(".gg-delete-all").hidden = !talks().length;
}

talksDialog.querySelector(".gg-find").addEventListener("input", listTalks);
onClick(".gg-talks-button", () => {
  listTalks();
  talksDialog.showModal();
});
onClick(".gg-talk", (button) => {
  talksDialog.close();
  goOn(button.dataset.talk);
});

function deleteTalks(ids) {
  for (const id of ids) forget(`talk.${id}`);
  keep("talks", talks().filter((one) => !ids.includes(one.id)));
  if (ids.includes(talk.id)) begin();
  listTalks();
}

onClick(".gg-delete", (button) => deleteTalks([button.dataset.talk]));
onClick(".gg-delete-all", (button) => {
  if (confirm(button.dataset.sure)) deleteTalks(talks().map((one) => one.id));
});

// -- Exports
onClick(".gg-export", async (button) => {
  const { format } = button.dataset;
  button.closest("details").open = false;
  const text = await server.exported({ format, turns: talk.turns }).catch(() => null);
  if (typeof text !== "string") return toast(words.export_failed);
  const day = (talk.at || new Date().toISOString()).slice(0, 16).replace(/[T:]/g, "-");
  download(`geungeo-${day}.${format}`, text, TYPES[format]);
});
document.addEventListener("click", (event) => {
  for (const open of findAll(".gg-exports[open]")) if (!open.contains(event.target)) open.open = false;
});
