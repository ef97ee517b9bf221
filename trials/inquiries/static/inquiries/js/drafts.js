// Keeps what is typed about an inquiry as a draft, a few seconds after the last letter and when the
// page is left. The server seals it; nothing stays in the browser. It is no sign of activity.
const AFTER = 3_000;
const config = JSON.parse(document.getElementById("wagtail-config")?.textContent ?? "{}");

for (const form of document.querySelectorAll("form[data-draft]")) {
  const text = form.querySelector("textarea[name=text]");
  const state = form.querySelector("[data-draft-state]");
  let kept = text.value;
  let timer;

  const keep = () => {
    clearTimeout(timer);
    if (text.value === kept) return;
    const sent = text.value;
    kept = sent;
    const body = new URLSearchParams({ kind: form.dataset.draft, text: sent });
    const headers = {
      Accept: "application/json",
      [config.CSRF_HEADER_NAME ?? "X-CSRFToken"]: config.CSRF_TOKEN,
    };
    fetch(form.dataset.draftUrl, { method: "POST", body, headers, keepalive: true }).then(
      (response) => {
        if (!response.ok) throw new Error(response.status);
        const time = new Date().toLocaleTimeString([], { timeStyle: "short" });
        state.textContent = `${state.dataset.kept} ${time}`;
      },
    ).catch(() => {
      kept = null;
      state.textContent = state.dataset.failed;
    });
  };

  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, AFTER);
  });
  // The saved note takes its draft along: a draft that arrives later would come back.
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    kept = text.value;
  });
  addEventListener("visibilitychange", () => document.hidden && keep());
  addEventListener("pagehide", keep);
  // Before the session ends by itself, see idle_warning.js.
  addEventListener("staff-session-ends", keep);
}
