// Leads to what went wrong, and shows nothing old when somebody goes back on a shared computer.

document.querySelector("[data-error-summary]")?.focus();

window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    document.querySelectorAll("[data-private-form]").forEach((form) => form.reset());
    window.location.reload();
  }
});
