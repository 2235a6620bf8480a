// Small behaviours that pages ask for by attributes. Pages work without them wherever that is possible.
(function () {
  "use strict";

  function announce(text) {
    const place = document.querySelector("[data-announcements]");
    if (place) place.textContent = text;
  }

  // data-copy: copies the code beside the button, or the element that the attribute names.
  async function copy(button) {
    const named = button.dataset.copy;
    const source = named ? document.getElementById(named) : button.parentElement.querySelector("code");
    const label = button.querySelector("span") || button;
    const before = label.textContent;
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      label.textContent = "Copied";
      announce("Copied");
    } catch {
      getSelection().selectAllChildren(source); // no permission: what is selected can be copied by hand
      label.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { label.textContent = before; }, 2000);
  }

  // data-opens: opens the dialog of that id. Inside it, <form method="dialog"> closes.
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-copy], [data-opens]");
    if (!button) return;
    if (button.dataset.opens) {
      event.preventDefault(); // it may be a link to a page that asks the same without script
      document.getElementById(button.dataset.opens).showModal();
    } else copy(button);
  });

  // data-filters: a search field for the labels inside the element of that id.
  for (const field of document.querySelectorAll("[data-filters]")) {
    field.hidden = false;
    field.addEventListener("input", function () {
      const wanted = field.value.trim().toLowerCase();
      for (const label of document.getElementById(field.dataset.filters).querySelectorAll("label")) {
        label.hidden = !label.textContent.toLowerCase().includes(wanted);
      }
    });
  }

  // data-reveals: shows the password beside the button, or hides it again.
  for (const button of document.querySelectorAll("[data-reveals]")) {
    const input = button.previousElementSibling;
    button.hidden = false;
    button.addEventListener("click", function () {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
      input.focus();
    });
  }

  // data-submits: a filter that applies as soon as it is changed.
  document.addEventListener("change", function (event) {
    if (event.target.closest("[data-submits]")) event.target.form.requestSubmit();
  });

  // data-until: counts down to an instant (ISO 8601) and then reloads what it is told by data-then="reload".
  function countDown() {
    for (const element of document.querySelectorAll("[data-until]")) {
      const left = Math.max(0, Math.ceil((Date.parse(element.dataset.until) - Date.now()) / 1000));
      const hours = Math.floor(left / 3600), minutes = Math.floor((left % 3600) / 60), seconds = left % 60;
      const text = hours ? `${hours} h ${minutes} min` : minutes ? `${minutes} min ${seconds} s` : `${seconds} s`;
      if (element.textContent !== text) element.textContent = text;
    }
  }
  countDown();
  setInterval(countDown, 1000); // always: parts that arrive later may count down too

  // Parts that refresh themselves rest while nobody looks, and while somebody has scrolled into a list that would
  // move under their eyes (data-holds-still).
  document.addEventListener("htmx:beforeRequest", function (event) {
    const trigger = event.detail.requestConfig.triggeringEvent;
    const list = document.querySelector("[data-holds-still]");
    const reading = list !== null && list.getBoundingClientRect().top < 0;
    if (!trigger && (document.hidden || reading)) event.preventDefault();
  });

  // A page that cannot refresh itself says so, until it can again.
  const stale = document.createElement("p");
  stale.className = "stale";
  stale.setAttribute("role", "status");
  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.detail.requestConfig.triggeringEvent) return;
    stale.textContent = event.detail.successful ? "" : "The server does not answer, so this page may be out of date. Asking again.";
    if (!stale.isConnected) document.body.append(stale);
  });
})();
