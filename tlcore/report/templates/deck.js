// One slide at a time. Keys, a click (left third: back), a swipe; F for the full screen; Esc tells whoever framed this.
const slides = [...document.querySelectorAll(".slide")], count = document.querySelector("#count");
let at = Math.min(Math.max(parseInt(location.hash.slice(1)) || 1, 1), slides.length) - 1;

function go(to) {
  at = Math.min(Math.max(to, 0), slides.length - 1);
  slides.forEach((slide, place) => slide.classList.toggle("on", place === at));
  count.textContent = `${at + 1} / ${slides.length}`;
  try { history.replaceState(null, "", `#${at + 1}`); } catch { /* inside a frame there is no address to keep it in */ }
}

function fill() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => {});
}

const framed = parent !== window;

function leave() {
  if (framed) parent.postMessage("leave the slides", "*");
}

const keys = {
  ArrowRight: () => go(at + 1), ArrowDown: () => go(at + 1), PageDown: () => go(at + 1), " ": () => go(at + 1),
  ArrowLeft: () => go(at - 1), ArrowUp: () => go(at - 1), PageUp: () => go(at - 1),
  Home: () => go(0), End: () => go(slides.length - 1), f: fill, F: fill,
  Escape: leave,
};
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
document.querySelector("#back").onclick = () => go(at - 1);
document.querySelector("#next").onclick = () => go(at + 1);
document.querySelector("#fill").onclick = fill;
Object.assign(document.querySelector("#leave"), { hidden: !framed, onclick: leave });
document.querySelector("main").addEventListener("click", (event) => {
  if (getSelection().isCollapsed) go(at + (event.clientX < innerWidth / 3 ? -1 : 1));
});
let touched = null;
addEventListener("touchstart", (event) => { touched = event.changedTouches[0].clientX; }, { passive: true });
addEventListener("touchend", (event) => {
  const moved = event.changedTouches[0].clientX - touched;
  if (Math.abs(moved) > 50) go(at + (moved < 0 ? 1 : -1));
}, { passive: true });
go(at);
