/* The workbench by keyboard, and the bar for several leads at once; all of it works by mouse and without JavaScript. */
"use strict";

(() => {
  const dialog = document.getElementById("keys");
  const KEPT = "workbench-keys";
  const said = document.getElementById("key-said");
  const WIDE = matchMedia("(min-width: 981px)");

  /* Whether keys are on is kept by this browser; where it keeps nothing, they are on. */
  const store = {
    get isOff() { try { return localStorage.getItem(KEPT) === "off"; } catch { return false; } },
    set isOff(value) { try { localStorage.setItem(KEPT, value ? "off" : "on"); } catch { /* for this page only */ } },
  };
  let isOff = store.isOff;

  const links = () => [...document.querySelectorAll("#queue a[id^=to-]")];
  const pane = () => { const found = document.getElementById("pane"); return found?.offsetParent ? found : null; };
  const isLoading = () => document.querySelector("#queue .htmx-request") !== null;
  const say = (what) => { if (said) { said.textContent = ""; said.textContent = said.dataset[what]; } };

  /* The lead at which the reader is: the one in focus, else the one that stands open. */
  const here = () => {
    const all = links();
    const place = all.indexOf(document.activeElement);
    return place >= 0 ? place : all.findIndex((link) => link.closest("tr").classList.contains("on"));
  };

  const move = (step) => {
    const all = links();
    const isInList = all.includes(document.activeElement) || all[here()]?.closest("tr.on");
    const next = all[isInList ? here() + step : 0];
    if (!next) { say("end"); return; }
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    if (WIDE.matches) next.click();
  };

  const open = () => {
    const link = links()[here()];
    if (link && !link.closest("tr").classList.contains("on")) { link.click(); return; }
    if (pane()) pane().focus(); else link?.click();
  };

  /* The form of a decision on the lead that stands open, if it can be decided so. */
  const form = (...actions) => {
    const focused = links().indexOf(document.activeElement);
    const isOther = focused >= 0 && !links()[focused].closest("tr").classList.contains("on");
    if (isLoading() || isOther) { say("loading"); return null; }
    const found = pane() && actions.map((action) => pane().querySelector(`.acts input[name=action][value=${action}]`)).find(Boolean);
    if (!found) say("nothing");
    return found?.form ?? null;
  };

  const unfold = (action, field) => {
    const found = form(action);
    if (!found) return;
    found.closest("details").open = true;
    found.querySelector(field).focus();
  };

  const select = () => {
    const box = links()[here()]?.closest("tr").querySelector(".pick");
    if (box) { box.checked = !box.checked; count(); }
  };

  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    o: open,
    a: () => form("accept")?.requestSubmit(),
    w: () => form("waitlist", "resume")?.requestSubmit(),
    d: () => unfold("decline", "select"),
    i: () => unfold("ask", "textarea"),
    u: () => { const button = document.getElementById("cancel-decision"); if (button) button.click(); else say("nothing"); },
    x: select,
    "?": () => dialog?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.repeat && !"jk".includes(event.key)) return;
    const field = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (field && event.key === "Enter" && (event.ctrlKey || event.metaKey) && field.closest(".pane form")) {
      event.preventDefault();
      field.form.requestSubmit();
    }
    if (field || isOff || dialog?.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = dialog && KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  const toggle = document.getElementById("keys-on");
  if (toggle) {
    toggle.checked = !isOff;
    toggle.addEventListener("change", () => { isOff = store.isOff = !toggle.checked; });
  }
  document.getElementById("keys-button")?.addEventListener("click", () => dialog.showModal());

  /* The lead beside the list is swapped; the list marks which it is. */
  document.addEventListener("htmx:afterOnLoad", (event) => {
    const link = event.detail.elt;
    if (!link.id?.startsWith("to-")) return;
    document.querySelectorAll("#queue tr.on").forEach((row) => row.classList.remove("on"));
    document.querySelectorAll("#queue [aria-current=page]").forEach((other) => other.removeAttribute("aria-current"));
    link.closest("tr").classList.add("on");
    link.setAttribute("aria-current", "page");
  });

  /* The list is swapped when a decision takes effect: who stood at a place in it still does. Who has gone on since, which
     takes less time than a swap to settle, is left where they are. */
  let place = null;
  document.addEventListener("htmx:beforeSwap", () => { place = document.activeElement?.id ?? null; });
  document.addEventListener("htmx:afterSettle", () => {
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (isLost && place?.startsWith("to-")) document.getElementById(place)?.focus({ preventScroll: true });
    count();
  });

  /* The bar for several leads is there while some are selected. */
  const chosen = new Set();
  function count() {
    const bar = document.getElementById("bulk");
    if (!bar) return;
    chosen.clear();
    document.querySelectorAll(".pick:checked").forEach((box) => chosen.add(box.value));
    bar.classList.toggle("some", chosen.size > 0);
    const words = bar.querySelector("[data-some]");
    words.textContent = chosen.size ? words.dataset.some.replace("#", chosen.size) : words.dataset.none;
  }
  document.addEventListener("change", (event) => { if (event.target.classList.contains("pick")) count(); });
  /* What was selected stays so when the list beside the lead is swapped. */
  document.addEventListener("htmx:oobAfterSwap", () => {
    document.querySelectorAll(".pick").forEach((box) => { if (chosen.has(box.value)) box.checked = true; });
    count();
  });
  count();
})();
