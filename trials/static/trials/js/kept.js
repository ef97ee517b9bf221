// The trials that somebody keeps: in this browser alone, and nothing of it is sent. Where the
// browser keeps nothing for us there are no buttons, and the list's page says what else helps.

const NAME = "kept-trials";
const MOST = 50;
const MOST_COMPARED = 4;

const isKept = (one) => /^NCT\d{8}$/.test(one?.id) && typeof one.title === "string";

const read = () => {
  try {
    const list = JSON.parse(localStorage.getItem(NAME));
    return Array.isArray(list) ? list.filter(isKept) : [];
  } catch {
    return [];
  }
};

// Returns whether the browser took it: it refuses when it is full or private.
const write = (list) => {
  try {
    if (list.length) localStorage.setItem(NAME, JSON.stringify(list));
    else localStorage.removeItem(NAME);
    return true;
  } catch {
    return false;
  }
};

const canRead = () => {
  try {
    return Boolean(localStorage);
  } catch {
    return false;
  }
};

const said = document.querySelector("[data-kept-said]");
const say = (words) => {
  if (said) said.textContent = words || "";
};

// --- The buttons on results and on the page of a trial, and the count beside the link -----------

const template = document.querySelector("[data-keep-button]");

const titleOf = (trial) => trial.querySelector("[data-trial-title], h1");

const facts = (trial) => {
  const title = titleOf(trial);
  return {
    id: trial.dataset.trial,
    title: title.textContent.trim(),
    titleLanguage: title.lang || document.documentElement.lang,
    status: trial.querySelector("[data-trial-status]")?.textContent.trim() || "",
    language: document.documentElement.lang,
    day: new Date().toISOString(),
  };
};

const toggle = (trial) => {
  const list = read();
  const others = list.filter((one) => one.id !== trial.dataset.trial);
  const isNew = others.length === list.length;
  if (isNew && list.length >= MOST) say(template.dataset.full);
  else say(write(isNew ? [...list, facts(trial)] : others) ? "" : template.dataset.refused);
  mark();
};

const mark = () => {
  const list = read();
  for (const button of document.querySelectorAll("[data-keep] button")) {
    const { trial } = button.closest("[data-trial]").dataset;
    button.setAttribute("aria-pressed", String(list.some((one) => one.id === trial)));
  }
  for (const count of document.querySelectorAll("[data-kept-count]")) {
    count.hidden = list.length === 0;
    count.querySelector("span").textContent = list.length;
  }
};

const addButtons = () => {
  for (const place of document.querySelectorAll("[data-keep]:empty")) {
    const trial = place.closest("[data-trial]");
    const button = template.content.firstElementChild.cloneNode(true);
    const title = titleOf(trial);
    const name = button.querySelector("[data-keep-title]");
    name.textContent = title.textContent.trim();
    name.lang = title.lang || document.documentElement.lang;
    button.addEventListener("click", () => toggle(trial));
    place.append(button);
    place.hidden = false;
  }
  mark();
};

// --- The page of the list ------------------------------------------------------------------------

const page = document.querySelector("[data-kept]");
const part = (name) => page.querySelector(`[data-kept-${name}]`);

const day = (text) => {
  const date = new Date(text);
  const how = { day: "numeric", month: "long", year: "numeric" };
  return Number.isNaN(date.getTime()) ? "" : date.toLocaleDateString(document.documentElement.lang, how);
};

const entry = (one, isChosen) => {
  const item = part("entry").content.firstElementChild.cloneNode(true);
  for (const title of item.querySelectorAll("[data-title]")) {
    title.textContent = one.title;
    title.lang = one.titleLanguage;
  }
  item.querySelector("a").href = `${page.dataset.kept}${one.id}/`;
  item.querySelector("[data-id]").textContent = one.id;
  item.querySelector("[data-day]").textContent = day(one.day);
  const status = item.querySelector("[data-status]");
  status.textContent = one.status;
  status.lang = one.language;
  const box = item.querySelector("input");
  box.value = one.id;
  box.checked = isChosen;
  item.querySelector("button").addEventListener("click", () => takeAway(one.id));
  return item;
};

const chosen = () => [...part("entries").querySelectorAll("input:checked")].map((box) => box.value);

const limit = () => {
  const isFull = chosen().length >= MOST_COMPARED;
  for (const box of part("entries").querySelectorAll("input:not(:checked)")) box.disabled = isFull;
  return isFull;
};

const show = (picked) => {
  const list = read();
  part("entries").replaceChildren(...list.map((one) => entry(one, picked.includes(one.id))));
  part("form").hidden = list.length === 0;
  part("empty").hidden = list.length > 0;
  part("sure").hidden = true;
  limit();
  mark();
};

const takeAway = (id) => {
  const list = read();
  const place = list.findIndex((one) => one.id === id);
  if (!write(list.filter((one) => one.id !== id))) return;
  show(chosen());
  const buttons = part("entries").querySelectorAll("button");
  (buttons[Math.min(place, buttons.length - 1)] || page.querySelector("h1")).focus();
  say(part("entries").dataset.takenAway);
};

const forget = () => {
  if (!write([]) || read().length) return;
  show([]);
  page.querySelector("h1").focus();
  say(part("sure").dataset.forgotten);
};

const askForget = (isAsking) => {
  part("sure").hidden = !isAsking;
  (isAsking ? part("no") : part("forget")).focus();
  say("");
};

const openList = () => {
  part("without").hidden = true;
  const list = read();
  show(list.length <= MOST_COMPARED ? list.map((one) => one.id) : []);
  part("entries").addEventListener("change", () => say(limit() && part("form").dataset.most));
  part("form").addEventListener("submit", (event) => {
    if (chosen().length) return;
    event.preventDefault();
    say(event.submitter?.dataset.none || part("form").dataset.none);
    part("entries").querySelector("input").focus();
  });
  part("print").addEventListener("click", () => window.print());
  part("forget").addEventListener("click", () => askForget(true));
  part("yes").addEventListener("click", forget);
  part("no").addEventListener("click", () => askForget(false));
};

const refresh = () => (page ? show(chosen()) : mark());

if (canRead() && document.body.replaceChildren) {
  if (page) openList();
  else if (template) addButtons();
  else mark();
  document.addEventListener("trials:shown", addButtons);
  window.addEventListener("storage", refresh);
  window.addEventListener("pageshow", (event) => event.persisted && refresh());
}
