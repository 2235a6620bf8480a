// The theme is a preference of this browser alone: it is kept in local storage and never sent.
// Loaded before the page is drawn, so that a dark page never flashes light.
(function () {
  "use strict";
  const KEY = "naxios-theme";
  const CHOICES = ["system", "light", "dark"];
  const root = document.documentElement;

  function stored() {
    try {
      const choice = localStorage.getItem(KEY);
      return CHOICES.includes(choice) ? choice : "system";
    } catch {
      return "system"; // storage is blocked: the system's theme is a fine answer
    }
  }

  function show(choice) {
    if (choice === "system") root.removeAttribute("data-theme");
    else root.dataset.theme = choice;
  }

  show(stored());

  document.addEventListener("DOMContentLoaded", function () {
    for (const picker of document.querySelectorAll("[data-theme-picker]")) {
      picker.value = stored();
      picker.addEventListener("change", function () {
        show(picker.value);
        try {
          localStorage.setItem(KEY, picker.value);
        } catch {
          // kept for this page only
        }
      });
    }
  });
})();
