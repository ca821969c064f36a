// Asking: the question box, examples, questions asked again or otherwise.

// Enter while a syllable is being composed finishes the syllable first: what is sent is whole, and sent once. Safari
// ends the composition before the key, which then has only its code to tell; where a second key follows of itself
// (some systems send one) that one sends, and where none does (others) the question is sent here.
const SECOND_KEY = 60, WHEN_WHOLE = -1;
let finishing = 0;

function clearFinishing() {
  if (finishing > 0) clearTimeout(finishing);
  finishing = 0;
}

function isEnter(event) {
  const key = event.keyCode === 229 ? event.code : event.key;
  return ["Enter", "NumpadEnter"].includes(key) || event.key === "Enter";
}

for (const kind of ["keydown", "keypress"]) {
  document.addEventListener(kind, (event) => {
    if (!event.target.closest?.("#question")) return;
    if (!isEnter(event)) {
      if (kind === "keydown") clearFinishing();
      return;
    }
    if (!event.isComposing && event.keyCode !== 229) {
      clearFinishing(); // this key sends it
      return;
    }
    event.stopImmediatePropagation();
    if (kind === "keydown" && !event.shiftKey) {
      clearFinishing();
      finishing = WHEN_WHOLE;
      if (!event.isComposing) finish(); // Safari: it already is
    }
  }, true);
}

function finish() {
  finishing = setTimeout(() => {
    finishing = 0;
    find("#send").click();
  }, SECOND_KEY);
}

document.addEventListener("compositionend", (event) => {
  if (finishing !== WHEN_WHOLE || !event.target.closest?.("#question")) return;
  finishing = 0;
  if (/[\uac00-\ud7a3\u3131-\u318e]$/.test(event.data)) finish(); // not a Chinese character that was chosen by Enter
});

// What is typed outlives a reload.
addEventListener("pagehide", () => {
  try { sessionStorage.setItem("geungeo.draft", find("#question textarea").value); } catch { /* it is lost, then */ }
});
let typed = "";
try { typed = sessionStorage.getItem("geungeo.draft") ?? ""; } catch { /* nothing was kept */ }
onChange(() => {
  if (!typed || !find("#question textarea")) return;
  type("#question", typed);
  typed = "";
});

// From the sending of a question until Python takes it up, which it may have to wait for.
function sent(waiting) {
  const told = find(".gg-sent");
  if (told) told.hidden = !waiting;
}

document.addEventListener("keydown", (event) => {
  const plain = event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
  if (plain && event.target.closest?.("#question") && event.target.value.trim()) sent(true);
});
onClick("#send", () => { if (find("#question textarea").value.trim()) sent(true); });

function ask(question, how = {}) {
  sent(true);
  tell("asking", { question, ...how });
}

onClick(".gg-ask", (button) => {
  const wide = "wide" in button.dataset;
  if (wide) askOnly("", "");
  ask(button.dataset.question, { wide });
});
onClick(".gg-as-typed", (button) => ask(button.dataset.question, { typed: true }));
onClick(".gg-again", (button) => ask(button.dataset.question, { again: true }));
onClick(".gg-edit", (button) => {
  type("#question", button.dataset.question);
  find("#question textarea").focus();
});

onClick(".gg-copy", async (button) => {
  const { text } = button.dataset;
  try {
    await navigator.clipboard.writeText(text);
  } catch { // a page that is not served securely has no clipboard
    const box = document.createElement("textarea");
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  toast(words.copied);
});

// Gradio's accordion does not tell a screen reader whether it is open.
function tellWhetherOpen() {
  const label = find("#filters > .label-wrap");
  label?.setAttribute("aria-expanded", String(label.classList.contains("open")));
}

onClick("#filters > .label-wrap", () => requestAnimationFrame(tellWhetherOpen));
onChange(tellWhetherOpen);
