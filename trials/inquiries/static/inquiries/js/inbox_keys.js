// Shortcuts of the list: j and k go from row to row, x ticks, / searches, ? helps. They can be
// turned off (WCAG 2.1.4), which the browser remembers; everything works without them.
const OFF = "inbox_keys_off";
const PATH = "/admin/inquiries/";
const help = document.querySelector("[data-inbox-keys]");
const isOn = document.querySelector("[data-inbox-keys-on]");
const rows = [...document.querySelectorAll("[data-inbox-rows] tbody tr")];

help.hidden = false;
isOn.checked = !document.cookie.split("; ").includes(`${OFF}=1`);
isOn.addEventListener("change", () => {
  const age = isOn.checked ? 0 : 60 * 60 * 24 * 365;
  document.cookie = `${OFF}=1; path=${PATH}; max-age=${age}; samesite=strict`;
});

const here = () => rows.findIndex((row) => row.contains(document.activeElement));
const go = (to) => rows[Math.max(0, Math.min(to, rows.length - 1))]?.querySelector("a").focus();

const actions = {
  j: () => go(here() + 1),
  k: () => go(here() < 0 ? 0 : here() - 1),
  x: () => rows[here()]?.querySelector("[type=checkbox]").click(),
  "/": () => document.querySelector(".inbox__search input[name=q]").focus(),
  "?": () => {
    help.open = !help.open;
    if (help.open) help.querySelector("summary").focus();
  },
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
  if (!isOn.checked || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!Object.hasOwn(actions, event.key)) return;
  event.preventDefault();
  actions[event.key]();
});
