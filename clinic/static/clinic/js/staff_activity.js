// Tells the server, at most once a minute, that a person types or points: a session of staff ends
// 15 minutes after the last sign of one. What a page sends by itself does not count.
const EVERY = 60_000;
const config = JSON.parse(document.getElementById("wagtail-config")?.textContent ?? "{}");
let last = Date.now();

function notice() {
  const now = Date.now();
  if (now - last < EVERY || !config.CSRF_TOKEN) return;
  last = now;
  fetch("/admin/active/", {
    method: "POST",
    headers: { [config.CSRF_HEADER_NAME ?? "X-CSRFToken"]: config.CSRF_TOKEN },
  }).then((response) => {
    if (response.status === 401) location.reload();
  }, () => {});
}

// A page that the browser kept for the way back shows again what a logout should have closed.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, notice, { passive: true });
