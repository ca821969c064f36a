// Settings, kept in this browser, and what it tells Python of itself with every event.
const settings = element.querySelector(".gg-settings");
const form = settings.querySelector("form");

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const visit = {
  key: kept("key") ?? newKey(), place: "shared", sources: 5, correct: true, written: true, ...kept("visit", {}),
  only: "", talk: "", turns: 0,
};
keep("key", visit.key);

function tellVisit(change = {}) {
  Object.assign(visit, change);
  const { place, sources, correct, written } = visit;
  keep("visit", { place, sources, correct, written });
  putVisit();
}

// Gradio's own events take it from a box of Gradio's, which comes later than this script; ours carry it with them.
function putVisit() {
  const told = JSON.stringify(visit), box = find("#visit textarea, #visit input");
  if (box && box.value !== told) type("#visit", told);
}
onChange(putVisit);

function tell(event, data = {}) {
  const words = find(".gg-shelf .gg-find")?.value ?? "";
  trigger(event, { words, ...data, visit: JSON.stringify(visit) });
}

function applyTheme() {
  const wanted = kept("theme", "system");
  const dark = wanted === "dark" || (wanted === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.body.classList.toggle("dark", dark);
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);

onClick(".gg-settings-button", () => {
  const { sources, correct, written, theme } = form.elements;
  sources.value = String(visit.sources);
  correct.checked = visit.correct;
  if (written) written.checked = visit.written;
  theme.value = kept("theme", "system");
  settings.showModal();
});
form.addEventListener("change", () => {
  const { sources, correct, written, theme } = form.elements;
  tellVisit({ sources: Number(sources.value), correct: correct.checked, written: written?.checked ?? visit.written });
  keep("theme", theme.value);
  applyTheme();
});
onClick(".gg-language", (link) => keepLanguage(link.dataset.language));

function keepLanguage(language) {
  try { localStorage.setItem("geungeo.language", language); } catch { /* the address alone tells */ }
}

// -- Leaving, where one had to come in
if (/(?:^|; )geungeo_user=/.test(document.cookie)) settings.querySelector(".gg-leave").hidden = false;
onClick(".gg-leave", () => {
  const leaving = document.createElement("form");
  leaving.method = "post";
  leaving.action = `${window.gradio_config?.root ?? ""}/logout`;
  document.body.append(leaving);
  leaving.submit();
});
