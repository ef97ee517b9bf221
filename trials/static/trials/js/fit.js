// Collects what is open among the conditions of a trial. Nothing leaves the page or is stored.
const root = document.querySelector("[data-fit]");
const result = root?.querySelector("[data-fit-result]");
const list = root?.querySelector("[data-fit-list]");
const none = root?.querySelector("[data-fit-none]");

// Open is what is not known, and what speaks against joining: each is a question, never a verdict.
const isOpen = (condition) => {
  const answer = condition.querySelector("input:checked")?.value;
  const against = condition.dataset.kind === "exclusion" ? "yes" : "no";
  return answer === "unsure" || (answer === against && condition.dataset.kind !== "other");
};

const show = () => {
  const open = [...root.querySelectorAll(".fit__condition")].filter(isOpen);
  list.replaceChildren(
    ...open.map((condition) => {
      const entry = document.createElement("li");
      const legend = condition.querySelector("legend");
      entry.textContent = legend.textContent.trim();
      entry.lang = legend.lang || document.documentElement.lang;
      return entry;
    }),
  );
  none.hidden = open.length > 0;
  result.hidden = false;
};

root?.addEventListener("change", show);
