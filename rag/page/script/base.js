// The chat page's script. Gradio runs these files once, as the body of one function, when the reader (`element`) is
// on the page: `trigger` sends an event to Python, `server` calls its functions, `words` is what the page says. The
// rest of the page may come later and is replaced with every answer, so everything is caught at the document.
const find = (selector) => document.querySelector(selector);
const findAll = (selector) => [...document.querySelectorAll(selector)];
const still = matchMedia("(prefers-reduced-motion: reduce)");
document.documentElement.lang = words.language;

// Python's placeholders: `{name}`, `{count:,}`.
function filled(text, values) {
  return text.replace(/\{(\w+)(:,)?\}/g, (_, name, comma) =>
    comma ? values[name].toLocaleString(words.language) : values[name]);
}

// Storage that may be blocked or full: then nothing is kept, and nothing breaks.
function kept(name, otherwise = null) {
  try { return JSON.parse(localStorage.getItem(`geungeo.${name}`)) ?? otherwise; } catch { return otherwise; }
}

function keep(name, value) {
  try {
    localStorage.setItem(`geungeo.${name}`, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function forget(name) {
  try { localStorage.removeItem(`geungeo.${name}`); } catch { /* there was nothing */ }
}

// A text goes into one of Gradio's boxes as if typed, for that is where Gradio takes it from.
function type(selector, text) {
  const box = find(`${selector} textarea, ${selector} input`);
  if (!box) return;
  const kind = box instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(box, text);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function api() {
  return window.gradio_config?.api_prefix ?? "/gradio_api";
}

function bring(node, block) {
  node.scrollIntoView({ block, behavior: still.matches ? "auto" : "smooth" });
}

let toastEnds = 0;
function toast(text) {
  const shown = element.querySelector(".gg-toast");
  shown.textContent = text;
  shown.hidden = false;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => { shown.hidden = true; }, 2500);
}

// What a click on each kind of element does: the first that the click lies in.
const clicks = [];
const onClick = (selector, act) => clicks.push([selector, act]);
document.addEventListener("click", (event) => {
  for (const [selector, act] of clicks) {
    const hit = event.target.closest?.(selector);
    if (hit) return act(hit, event);
  }
});

// What is done whenever the page has changed.
const changes = [];
const onChange = (act) => changes.push(act);
new MutationObserver(() => { for (const act of changes) act(); })
  .observe(document.body, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["data-place", "data-turn"],
  });

onClick(".gg-dialog-close", (button) => button.closest("dialog").close());
onClick(".gg-skip", (_, event) => {
  event.preventDefault();
  find("#question textarea")?.focus();
});

function download(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
