// Says to Wagtail's checks where in a preview the server's findings stand.

const CODES = [
  "citation",
  "never-reviewed",
  "heading",
  "alternative-text",
  "link-text",
  "long-sentence",
  "dose",
];

const plain = (text) => text.replace(/\s+/g, " ").trim();

// Of the elements that hold the words, the innermost block is the one to point at.
const INNER = "h2, h3, p, li, td, th, dd, a, figcaption";
const holds = (node, quote) =>
  plain(node.textContent).includes(quote) &&
  ![...node.querySelectorAll(INNER)].some((inner) => plain(inner.textContent).includes(quote));

const passes = (node, { count, quotes }) =>
  quotes.length === 0 ? count === 0 : !quotes.some((quote) => holds(node, plain(quote)));

for (const code of CODES) {
  window.wagtail?.userbar?.registerCheck(`clinic-${code}`, passes);
}
