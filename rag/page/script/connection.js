// A server that is lost, or slow, is told in words of ours; once it is back the conversation goes on.
const SLOW = 4000, LOOK_AGAIN = 2000, LOOK = 15_000;
const connection = element.querySelector(".gg-connection");
const { fetch: plainFetch } = window;
let lost = false, waiting = 0;

function tellConnection(text) {
  connection.textContent = text ?? "";
  connection.hidden = !text;
}

async function lookAgain(otherwise = () => setTimeout(() => lookAgain(), LOOK_AGAIN)) {
  try {
    const root = window.gradio_config?.root ?? "";
    const answer = await plainFetch(`${root}${api()}/app_id`, { cache: "no-store" });
    if (answer.status === 401) return location.reload(); // to be let in again
    if (!answer.ok) throw new Error(String(answer.status));
    const { app_id: now } = await answer.json();
    // another run of the server knows nothing of this page: it is made anew, and the browser brings its conversation
    if (now !== window.gradio_config?.app_id) return location.reload();
    if (!lost) return;
    lost = false;
    tellConnection(null);
    toast(words.back);
  } catch {
    otherwise();
  }
}

// Gradio's own messages, which it has in English only, are hidden: what they mean is told here.
onChange(() => {
  for (const told of findAll('[data-testid="toast-text"]:not([data-told])')) {
    told.dataset.told = "";
    sent(false);
    if (/connection|server/i.test(told.textContent)) lose();
    else toast(words.broken);
  }
});

setInterval(() => {
  if (lost || document.hidden) return;
  lookAgain(lose);
}, LOOK);

function lose() {
  if (lost) return;
  lost = true;
  sent(false);
  tellConnection(words.lost);
  setTimeout(() => lookAgain(), LOOK_AGAIN);
}

window.fetch = async (...asked) => {
  const join = String(asked[0]?.url ?? asked[0]).includes("/queue/join");
  const slow = join ? setTimeout(() => { if (!lost) tellConnection(words.busy); waiting += 1; }, SLOW) : 0;
  try {
    const answer = await plainFetch(...asked);
    if (answer.status === 401) location.reload();
    return answer;
  } catch (error) {
    if (error?.name !== "AbortError") lose();
    throw error;
  } finally {
    clearTimeout(slow);
    if (waiting && !lost) { waiting = 0; tellConnection(null); }
  }
};

// -- Everything is there: the visitor comes in, with the conversation that this tab had
applyTheme();
const before = currentId();
setTalk((before && kept(`talk.${before}`)) || newTalk());
show("articles");
setTimeout(() => tell("resume", { turns: talk.turns }));
