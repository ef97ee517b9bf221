// Warns two minutes before the session of staff ends by itself (WCAG 2.2.1). The server knows how
// long it lasts, for another tab may have kept it alive; asking is no sign of activity.
const WARN_AT = 120;
const ACTIVE = "/admin/active/";
const dialog = document.querySelector("[data-idle-warning]");
const left = dialog.querySelector("[data-idle-left]");
const stay = dialog.querySelector("[data-idle-stay]");
const config = JSON.parse(document.getElementById("wagtail-config")?.textContent ?? "{}");
let timer;
let endsAt = 0;

const later = (seconds, what) => {
  clearTimeout(timer);
  timer = setTimeout(what, Math.max(1, seconds) * 1000);
};

async function ask(method = "GET") {
  const headers = { Accept: "application/json" };
  if (method === "POST") headers[config.CSRF_HEADER_NAME ?? "X-CSRFToken"] = config.CSRF_TOKEN;
  const response = await fetch(ACTIVE, { method, headers }).catch(() => null);
  if (!response) return later(WARN_AT / 4, ask);
  if (!response.ok || response.redirected) return location.reload();
  show(await response.json());
}

function show({ seconds, can_stay: canStay }) {
  if (seconds > WARN_AT) {
    if (dialog.open) dialog.close();
    return later(seconds - WARN_AT, ask);
  }
  endsAt = Date.now() + seconds * 1000;
  stay.hidden = !canStay;
  dialog.querySelector("[data-idle-limit]").hidden = canStay;
  if (!dialog.open) {
    dispatchEvent(new Event("staff-session-ends"));
    dialog.showModal();
  }
  tick();
}

function tick() {
  const seconds = Math.round((endsAt - Date.now()) / 1000);
  // Said in steps: a screen reader must not speak every second.
  if (seconds > 0) left.textContent = String(Math.ceil(seconds / 30) * 30);
  if (seconds <= 0) return later(1, ask);
  later(Math.min(15, seconds + 1), () => ask());
}

stay.addEventListener("click", () => ask("POST"));
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  if (!stay.hidden) ask("POST");
});
document.addEventListener("visibilitychange", () => document.hidden || ask());
later(Number(dialog.dataset.idleWarning) - WARN_AT, ask);
