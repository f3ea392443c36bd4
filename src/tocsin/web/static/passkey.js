// Passkeys: ask the server for the question, the browser for the answer, and send it as the form it is part of.
"use strict";

const uses = {
  create: { path: "/account/passkeys/question", parse: "parseCreationOptionsFromJSON" },
  get: { path: "/sign-in/passkey/question", parse: "parseRequestOptionsFromJSON" },
};

async function answered(form, use) {
  const asked = await fetch(use.path, { method: "POST", headers: { "X-CSRF-Token": form.elements.csrf.value } });
  if (!asked.ok) throw new Error(`status ${asked.status}`);
  const publicKey = PublicKeyCredential[use.parse](await asked.json());
  return navigator.credentials[form.dataset.passkey]({ publicKey });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const use = uses[form.dataset.passkey];
  if (!window.PublicKeyCredential?.[use.parse]) continue;
  form.hidden = false;
  for (const words of document.querySelectorAll("p[data-passkey=none]")) words.hidden = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = form.querySelector("[role=alert]");
    problem.hidden = true;
    try {
      form.elements.answer.value = JSON.stringify(await answered(form, use));
      form.submit();
    } catch {
      problem.hidden = false;
    }
  });
}
