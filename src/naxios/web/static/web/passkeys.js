// Passkeys: a form with data-passkey asks the browser for a credential, puts it into its hidden field and is sent.
//   sign-in  asks the server for a challenge when the button is pressed; any passkey of this site will do
//   get      answers the challenge in the element that data-options names
//   create   makes a passkey that can sign in by itself, from the options in that element
(function () {
  "use strict";
  const REASONS = {
    InvalidStateError: "This device has a passkey for your account already.",
    NotAllowedError: "No passkey was used. Try again, or choose another way.",
    NotSupportedError: "This device cannot make a passkey that works here.",
    SecurityError: "Passkeys do not work under this address.",
  };

  async function options(form) {
    if (form.dataset.passkey === "sign-in") {
      const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error("no challenge");
      return (await answer.json()).request_options;
    }
    const found = JSON.parse(document.getElementById(form.dataset.options).textContent);
    if (form.dataset.passkey === "create") {
      Object.assign(found.publicKey.authenticatorSelection, {
        residentKey: "required", requireResidentKey: true, userVerification: "required",
      });
    }
    return found;
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", async function (event) {
      event.preventDefault();
      const error = form.querySelector("[data-passkey-error]");
      error.hidden = true;
      try {
        const asked = await options(form);
        const credential = await (form.dataset.passkey === "create" ? webauthnJSON.create(asked) : webauthnJSON.get(asked));
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      } catch (reason) {
        error.textContent = REASONS[reason.name] || "This did not work. Reload the page and try again.";
        error.hidden = false;
      }
    });
  }
})();
