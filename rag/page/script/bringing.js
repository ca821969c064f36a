// Bringing one's own articles: dropped, chosen or pasted; listed, sought, removed.
const pasting = element.querySelector(".gg-pasting");
const dropping = element.querySelector(".gg-dropping");

function limits() {
  const drop = find(".gg-drop");
  return drop && { megabytes: Number(drop.dataset.mostMegabytes), files: Number(drop.dataset.mostFiles) };
}

// Text of ours, never markup of theirs.
function report(...nodes) {
  find(".gg-sending")?.replaceChildren(...nodes);
}

function line(text, name) {
  const node = document.createElement("p");
  node.className = name;
  node.textContent = text;
  return node;
}

function sendingBar(name, share) {
  const box = document.createElement("div");
  box.className = "gg-progress";
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = share;
  bar.setAttribute("aria-label", filled(words.sending, { name }));
  box.append(line(`${filled(words.sending, { name })} (${Math.round(share * 100)}%)`, ""), bar);
  return box;
}

function send(file, name, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${window.gradio_config?.root ?? ""}${api()}/upload`);
    request.upload.onprogress = (event) => onProgress(event.loaded / (event.total || 1));
    request.onerror = () => reject(new Error(words.lost));
    request.onload = () => {
      if (request.status === 200) resolve(JSON.parse(request.responseText)[0]);
      else reject(new Error(filled(words.send_failed, { name })));
    };
    const form = new FormData();
    form.append("files", file, file.name);
    request.send(form);
  });
}

async function bringFiles(files) {
  const most = limits();
  if (!most || !files.length) return;
  show("articles");
  const wrong = [];
  if (files.length > most.files) wrong.push(filled(words.too_many, { most: most.files }));
  const sent = [];
  for (const { file, name } of files.slice(0, most.files)) {
    const size = Math.ceil(file.size / 1024 / 1024);
    if (size > most.megabytes) {
      wrong.push(filled(words.too_large, { name, size, most: most.megabytes }));
      continue;
    }
    try {
      report(sendingBar(name, 0));
      sent.push({ path: await send(file, name, (share) => report(sendingBar(name, share))), name });
    } catch (error) {
      wrong.push(error.message);
    }
  }
  report(...wrong.map((text) => line(text, "gg-notice")));
  if (sent.length) tell("bring", { files: sent });
}

// -- Dropped: files, and folders with all that is in them
async function inEntry(entry, under = "") {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject)).catch(() => null);
    return file ? [{ file, name: under + file.name }] : [];
  }
  const inside = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => inside.readEntries(resolve, reject)).catch(() => []);
    if (!some.length) return found;
    for (const one of some) if (!one.name.startsWith(".")) found.push(...await inEntry(one, `${under}${entry.name}/`));
  }
}

async function inDrop(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, name: file.name }));
  return (await Promise.all(entries.map((entry) => inEntry(entry)))).flat();
}

const carriesFiles = (event) => [...event.dataTransfer?.types ?? []].includes("Files");
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault(); // else the browser would leave the page for the file
  event.dataTransfer.dropEffect = limits() ? "copy" : "none";
  dropping.hidden = !limits();
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) dropping.hidden = true; });
document.addEventListener("drop", async (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  event.stopPropagation();
  dropping.hidden = true;
  bringFiles(await inDrop(event.dataTransfer));
}, true);

// -- Chosen
function choose(folder) {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  if (folder) input.webkitdirectory = true;
  input.addEventListener("change", () => {
    const files = [...input.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
    bringFiles(files.filter(({ name }) => !name.split("/").some((part) => part.startsWith("."))));
  });
  input.click();
}

onClick(".gg-choose", () => choose(false));
onClick(".gg-choose-folder", () => choose(true));

// -- Pasted
onClick(".gg-paste", () => pasting.showModal());
pasting.querySelector("form").addEventListener("submit", (event) => {
  const { title, text } = event.target.elements;
  show("articles");
  tell("bring", { title: title.value, text: text.value });
  event.target.reset();
});

// -- Which collection is asked, and what is in it
onClick(".gg-place", (button) => {
  askOnly("", "");
  tellVisit({ place: button.dataset.place });
  tell("enter");
});
let place = null;
onChange(() => {
  const now = find(".gg-shelf")?.dataset.place;
  if (!now || now === place) return;
  place = now;
  if (now === visit.place) return;
  askOnly("", "");
  tellVisit({ place: now }); // one's own, once there are some
});

let seeking = 0;
document.addEventListener("input", (event) => {
  if (!event.target.matches?.(".gg-shelf .gg-find")) return;
  clearTimeout(seeking);
  seeking = setTimeout(() => tell("seek"), 250);
});
onClick(".gg-remove", (button) => tell("remove", { article: button.dataset.article }));
onClick(".gg-undo", () => tell("undo"));
onClick(".gg-clear", (button) => { if (confirm(button.dataset.sure)) tell("clear"); });
