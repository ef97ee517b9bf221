// Leads to what went wrong, and shows nothing old when somebody goes back on a shared computer.

document.querySelector("[data-error-summary]")?.focus();

const [visit] = performance.getEntriesByType("navigation");
window.addEventListener("pageshow", (event) => {
  // Kept whole by the browser, or loaded again with what was typed put back into it.
  if (event.persisted || visit?.type === "back_forward") {
    document.querySelectorAll("[data-private-form]").forEach((form) => form.reset());
  }
  if (event.persisted) window.location.reload();
});
