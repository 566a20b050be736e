// The passkey ceremony (WebAuthn), the one thing that a page cannot do by itself.
const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const readable = (options) => ({
  ...options,
  challenge: toBytes(options.challenge),
  ...(options.user && { user: { ...options.user, id: toBytes(options.user.id) } }),
  excludeCredentials: (options.excludeCredentials ?? []).map((each) => ({ ...each, id: toBytes(each.id) })),
});

const answered = ({ id, rawId, type, response }) => {
  const said = { clientDataJSON: toText(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) said[name] = toText(response[name]);
  }
  return { id, rawId: toText(rawId), type, response: said };
};

const ask = async (url, body) => {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
};

const ceremony = async (form) => {
  const fields = Object.fromEntries(new FormData(form));
  const publicKey = readable(await ask(form.dataset.ask, {}));
  const key = await navigator.credentials[form.dataset.passkey]({ publicKey });
  const { onward } = await ask(form.getAttribute("action"), { ...fields, answer: answered(key) });
  location.assign(onward);
};

for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
  const [fault, button] = [form.querySelector(".fault"), form.querySelector("button")];
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    fault.hidden = button.disabled = true;
    await ceremony(form).catch(() => { fault.hidden = button.disabled = false; });
  });
}
