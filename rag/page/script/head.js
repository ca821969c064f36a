// Before the page is there: the language that the visitor has chosen, or that the browser asks for.
(() => {
  if (location.hash === "#chosen") { // by a click, whatever the browser asks for
    history.replaceState(null, "", location.pathname + location.search);
    return;
  }
  let chosen = null;
  try { chosen = localStorage.getItem("geungeo.language"); } catch { /* storage is blocked */ }
  const asked = (navigator.languages || []).some((one) => one.toLowerCase().startsWith("ko")) ? "ko" : "en";
  const wanted = chosen || asked;
  const english = /\/en\/?$/.test(location.pathname);
  if (wanted === "en" && !english) location.replace(location.pathname.replace(/\/?$/, "/en") + location.search);
  if (wanted === "ko" && english) location.replace(location.pathname.replace(/\/en\/?$/, "/") + location.search);
})();
