// On wide screens the filters have a column of their own: show them at once.
const filters = document.querySelector("details.filters");
if (filters && window.matchMedia("(min-width: 62rem)").matches) {
  filters.open = true;
}
