// Collects what is open among the conditions of a trial. Nothing leaves the page or is stored, and
// whoever comes back to the page finds it empty.
const root = document.querySelector("[data-fit]");
const part = (name) => root.querySelector(`[data-fit-${name}]`);
const conditions = root ? [...root.querySelectorAll(".fit__condition")] : [];
const answerOf = (condition) => condition.querySelector("input:checked");

// Open is what is not known, and what speaks against joining: each is a question, never a verdict.
const isOpen = (condition) => {
  const answer = answerOf(condition)?.value;
  const against = condition.dataset.kind === "exclusion" ? "yes" : "no";
  return answer === "unsure" || (answer === against && condition.dataset.kind !== "other");
};

const questionAbout = (condition) => {
  const entry = document.createElement("li");
  const words = document.createElement("span");
  const more = document.createElement("small");
  const legend = condition.querySelector("legend");
  words.textContent = legend.textContent.trim();
  words.lang = legend.lang || document.documentElement.lang;
  const answer = answerOf(condition).parentElement.textContent.trim();
  more.textContent = `${answer}. ${condition.querySelector(".field__hint").textContent.trim()}`;
  entry.append(words, more);
  return entry;
};

const show = () => {
  const open = conditions.filter(isOpen);
  const done = conditions.filter(answerOf).length;
  part("list").replaceChildren(...open.map(questionAbout));
  part("none").hidden = open.length > 0;
  part("result").hidden = done === 0;
  part("done").textContent = done;
  part("said").textContent = "";
  delete root.dataset.onlyQuestions;
};

const clear = () => {
  for (const condition of conditions) {
    const answer = answerOf(condition);
    if (answer) answer.checked = false;
  }
  show();
};

const forget = () => {
  clear();
  root.querySelector("h1").focus();
  part("said").textContent = part("said").dataset.forgotten;
};

const print = () => {
  root.dataset.onlyQuestions = "";
  window.print();
};

if (conditions.length) {
  part("progress").hidden = false;
  root.addEventListener("change", show);
  part("print").addEventListener("click", print);
  part("forget").addEventListener("click", forget);
  window.addEventListener("afterprint", () => delete root.dataset.onlyQuestions);
  // A page that is left may be kept as it was and shown again to whoever goes back.
  window.addEventListener("pagehide", clear);
}
