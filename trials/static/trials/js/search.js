// Brings new results and counts into the page while somebody narrows a search: the same page is
// fetched, and what differs is changed where it stands, so that focus, caret, open parts and scroll
// stay. Knows no filter by name. Whatever goes wrong ends in an ordinary page load.

const PAUSE = 700; // milliseconds after the last key in a field of numbers
const form = document.querySelector("[data-live-search]");
const results = form?.querySelector("[data-live-results]");
const status = form?.querySelector("[data-live-status]");
const filters = form?.querySelector(".filters");
let request = null; // the one under way: {address, how, stop}
let shown = location.pathname + location.search;
let typedLast = null;
let timer = 0;

const addressOf = () => {
  const pairs = [...new FormData(form)].filter(([, value]) => value.trim());
  const query = new URLSearchParams(pairs).toString();
  return form.getAttribute("action") + (query && `?${query}`);
};

// What tells one element from its neighbours, whatever its counts say.
const nameOf = (node) => {
  const control = node.matches("label, input, option") && (node.control || node);
  const isChoice = control && (/checkbox|radio/.test(control.type) || control.matches("option"));
  const title = node.querySelector(":scope > summary, :scope > legend")?.textContent;
  const words = title?.replace(/[\d\s().,]+/g, " ");
  return [node.nodeName, node.id, control?.name, isChoice && control.value, words].join("|");
};

// What a person sets is theirs: only going back or taking a filter away sets it anew.
const bringValue = (old, fresh) => {
  if (old.type === "checkbox" || old.type === "radio") old.checked = fresh.defaultChecked;
  else if (old.matches("input")) old.value = fresh.defaultValue;
  else if (old.matches("select")) old.value = fresh.value;
};

const OWN = ["open", "checked", "selected", "value"];
const bringAttributes = (old, fresh) => {
  for (const { name } of [...old.attributes]) {
    if (!OWN.includes(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (!OWN.includes(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
};

const takeAway = (node) => {
  const after = node.nextSibling;
  node.remove();
  return after;
};
const holdsFocus = (node) => node.contains(document.activeElement);

// Moves a child to its place; one that holds the focus stays, and what is before it goes.
const put = (child, next, parent) => {
  if (!holdsFocus(child)) parent.insertBefore(child, next);
  else while (next !== child) next = takeAway(next);
};

const bringChildren = (old, fresh, withValues) => {
  const known = {};
  for (const child of old.children) (known[nameOf(child)] ||= []).push(child);
  let next = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const isText = node.nodeType !== Node.ELEMENT_NODE;
    let same = isText ? next?.nodeName === node.nodeName && next : known[nameOf(node)]?.shift();
    if (same) bring(same, node, withValues);
    else same = document.importNode(node, true);
    if (same !== next) put(same, next, old);
    next = same.nextSibling;
  }
  while (next) next = holdsFocus(next) ? next.nextSibling : takeAway(next);
};

const bring = (old, fresh, withValues) => {
  if (old === results || old === status) return;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  bringAttributes(old, fresh);
  bringChildren(old, fresh, withValues);
  if (withValues) bringValue(old, fresh);
};

const bringLinks = (fresh) => {
  const links = "a[hreflang], link[rel=alternate]";
  const others = fresh.querySelectorAll(links);
  document.querySelectorAll(links).forEach((link, place) => {
    const other = others[place]?.getAttribute("href");
    if (other) link.setAttribute("href", other);
  });
};

const show = (fresh, { withValues, toResults }) => {
  const freshForm = fresh.querySelector("[data-live-search]");
  const freshResults = freshForm.querySelector("[data-live-results]");
  bring(form, freshForm, withValues);
  results.replaceChildren(...freshResults.childNodes);
  bringLinks(fresh);
  document.title = fresh.title;
  document.dispatchEvent(new Event("trials:shown"));
  const heading = results.querySelector("#results");
  // Focus on the heading reads it out; saying it too would be twice.
  if (toResults) heading.focus();
  else {
    const said = [heading, ...results.querySelectorAll("[data-say]")];
    status.textContent = said.map((one) => one.textContent.trim()).join(". ");
  }
};

const fetchPage = async (address, signal) => {
  const answer = await fetch(address, { credentials: "omit", signal });
  const isPage = answer.headers.get("Content-Type")?.startsWith("text/html");
  if (!answer.ok || answer.redirected || !isPage) throw new Error("odd answer");
  return new DOMParser().parseFromString(await answer.text(), "text/html");
};

// `keep` says what becomes of the history: "push", "replace" or "none"; `field` is typed into.
const load = async (address, { keep = "push", field = null, ...how } = {}) => {
  clearTimeout(timer);
  if (request?.address === address) return Object.assign(request.how, how);
  request?.stop.abort();
  if (address === shown && !how.toResults && !how.withValues) return rest();
  const mine = { address, how, stop: new AbortController() };
  request = mine;
  results.setAttribute("aria-busy", "true");
  status.textContent = "";
  try {
    const fresh = await fetchPage(address, mine.stop.signal);
    if (request !== mine) return;
    show(fresh, how);
    if (keep !== "none" && address !== shown) history[`${keep}State`](null, "", address);
    shown = address;
    typedLast = field;
    rest();
  } catch (error) {
    if (request === mine && error.name !== "AbortError") location.assign(address);
  }
};

const rest = () => {
  request = null;
  results.removeAttribute("aria-busy");
};

const isTypedInto = (field) => field.matches("input:not([type=checkbox]):not([type=radio])");

// One field typed into again and again is one step to go back.
const update = (field) => {
  const keep = typedLast === field ? "replace" : "push";
  load(addressOf(), { keep, field: isTypedInto(field) ? field : null });
};

const start = () => {
  form.addEventListener("change", ({ target }) => {
    if (target.name && target.checkValidity()) update(target);
  });
  form.addEventListener("input", ({ target }) => {
    clearTimeout(timer);
    if (!target.name || !isTypedInto(target) || target.type === "search") return;
    if (target.checkValidity()) timer = setTimeout(() => update(target), PAUSE);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    load(addressOf(), { toResults: Boolean(filters?.contains(event.submitter)) });
  });
  results.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const isOther = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link || isOther || event.defaultPrevented || link.pathname !== location.pathname) return;
    event.preventDefault();
    load(link.pathname + link.search, { withValues: true, toResults: true });
  });
  window.addEventListener("popstate", () => {
    const address = location.pathname + location.search;
    if (address !== shown) load(address, { keep: "none", withValues: true });
  });
};

// On wide screens the filters have a column of their own: show them at once.
if (filters && window.matchMedia("(min-width: 62rem)").matches) filters.open = true;
if (results && status && window.AbortController && results.replaceChildren) start();
