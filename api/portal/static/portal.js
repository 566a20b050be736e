// What only a running page can do; everything else works without this file.
const stay = document.querySelector(".stay");
if (stay) {
  const left = Number(stay.dataset.seconds) * 1000;
  const show = () => {
    stay.hidden = false;
    stay.querySelector("button").focus();
  };
  if (left < 2 ** 31) setTimeout(show, Math.max(left - 120000, 0));
}

const offline = document.querySelector(".offline");
const tell = () => { offline.hidden = navigator.onLine; };
addEventListener("online", tell);
addEventListener("offline", tell);
tell();

for (const each of document.querySelectorAll(".stop"))
  each.addEventListener("toggle", () => { if (each.open) each.querySelector("form").scrollIntoView({ block: "nearest" }); });

document.querySelector("#fout")?.focus();
