// Shows a word's definition where it stands. Without this file the link leads to the same words
// at the end of the section. WCAG 2.2, 1.4.13: Escape closes it, the pointer may enter it, and it
// stays until pointer and focus have left.

const CLOSE_AFTER = 250;
let bubble = null;
let owner = null;
let closing = 0;

function close() {
  clearTimeout(closing);
  if (bubble) bubble.hidden = true;
  if (owner) owner.removeAttribute("aria-describedby");
  owner = null;
}

function closeSoon() {
  clearTimeout(closing);
  closing = setTimeout(() => {
    const held = bubble && (bubble.matches(":hover") || owner?.matches(":hover"));
    if (!held && document.activeElement !== owner) close();
  }, CLOSE_AFTER);
}

function makeBubble() {
  bubble = document.createElement("div");
  bubble.className = "term-bubble";
  bubble.id = "term-bubble";
  bubble.hidden = true;
  bubble.addEventListener("pointerleave", closeSoon);
  document.body.append(bubble);
}

function place(link) {
  const box = link.getClientRects()[0];
  const edge = 8;
  const left = Math.min(box.left, document.documentElement.clientWidth - bubble.offsetWidth - edge);
  const below = box.bottom + bubble.offsetHeight + edge < window.innerHeight;
  const top = below ? box.bottom : box.top - bubble.offsetHeight;
  // Set by script on the object, which a strict Content-Security-Policy allows.
  bubble.style.insetInlineStart = `${Math.max(edge, left) + window.scrollX}px`;
  bubble.style.insetBlockStart = `${top + window.scrollY}px`;
}

function open(link) {
  clearTimeout(closing);
  if (owner === link) return;
  const word = document.getElementById(link.hash.slice(1));
  if (!word) return;
  if (!bubble) makeBubble();
  close();
  const name = word.querySelector("dt").cloneNode(true);
  const meaning = word.querySelector("dd").cloneNode(true);
  meaning.querySelector(".word__back")?.remove();
  const title = document.createElement("p");
  title.className = "term-bubble__title";
  title.append(...name.childNodes);
  const text = document.createElement("p");
  text.append(...meaning.childNodes);
  bubble.replaceChildren(title, text);
  owner = link;
  bubble.hidden = false;
  link.setAttribute("aria-describedby", bubble.id);
  place(link);
}

for (const link of document.querySelectorAll("a.term")) {
  link.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse") open(link);
  });
  link.addEventListener("pointerleave", closeSoon);
  link.addEventListener("focus", () => open(link));
  link.addEventListener("blur", closeSoon);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    open(link);
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});
document.addEventListener("pointerdown", (event) => {
  if (owner && !bubble.contains(event.target) && !owner.contains(event.target)) close();
});
window.addEventListener("resize", close);
