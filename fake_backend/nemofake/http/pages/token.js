// The admin token: asked for once, kept until the tab is closed.
const KEY = "nemofake-admin-token";
let asking = null;

export function storedToken() {
  return sessionStorage.getItem(KEY);
}

export function askToken(wasWrong, used) {
  if (storedToken() !== used) return Promise.resolve(); // another request has asked meanwhile
  asking ??= ask(wasWrong).finally(() => {
    asking = null;
  });
  return asking;
}

function ask(wasWrong) {
  const dialog = document.getElementById("token-dialog");
  const input = document.getElementById("token-input");
  document.getElementById("token-error").textContent = wasWrong ? "The server does not accept this token." : "";
  input.value = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      sessionStorage.setItem(KEY, input.value);
      resolve();
    }, { once: true });
  });
}
