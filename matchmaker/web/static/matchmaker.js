/* What JavaScript adds; every page works without it. */
"use strict";

document.documentElement.classList.add("js");

/* A page with faults begins at the summary of them, for keyboards and screen readers. */
document.getElementById("summary")?.focus();

/* A link to a field in a folded group opens the group first. */
document.addEventListener("click", (event) => {
  const link = event.target.closest('.summary a[href^="#"]');
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.closest("details")?.setAttribute("open", "");
  field.focus();
});

/* A form is sent once, however often its button is pressed; coming back makes it usable again. One that gives a file
   leaves its page where it is, and may be sent again. */
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post" || "again" in event.target.dataset) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

/* The bar at the foot of the results says how many are chosen. */
document.addEventListener("change", (event) => {
  const said = event.target.name === "offering" && event.target.form?.querySelector("[data-some]");
  if (!said) return;
  const chosen = new FormData(event.target.form).getAll("offering").length;
  said.textContent = chosen ? said.dataset.some.replace("#", chosen) : said.dataset.none;
});
