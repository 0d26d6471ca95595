// The player page. Everything here is a help: without it the page plays and
// passes on by itself.
import { all, one } from "./dom.js";
import { play } from "./media.js";
import { glance, read } from "./pages.js";
import { Progress } from "./progress.js";
import { share } from "./share.js";

function start() {
  const holder = one("#data");
  if (!holder) return;
  const data = JSON.parse(holder.textContent);
  document.documentElement.classList.add("js");
  const page = {
    data,
    words: data.say,
    autoplay: data.autoplay,
    returning: !data.autoplay,
    pdf: data.pdf,
    lang: (/[?&]lang=(\w+)/.exec(location.search) || [])[1],
    progress: new Progress(data.token, data.as),
    passOn,
  };
  const open = one("#pass-open");
  if (open) {
    open.addEventListener("click", (e) => {
      e.preventDefault();
      passOn(e);
    });
  }
  const kinds = { video: play, audio: play, pdf: read, image: glance, article: glance };
  const playing = [];
  for (const asset of data.assets) {
    const section = one("#a" + asset.no);
    if (!section || !kinds[asset.kind]) continue;
    const m = kinds[asset.kind](section, asset, page);
    if (m) playing.push(m);
  }
  // One at a time.
  playing.forEach((m) => m.addEventListener("play", () => playing.forEach((o) => o !== m && o.pause())));
  share(page);
}

// passOn brings the panel up; after a tap it takes the focus, after a clip's
// end it only shows.
function passOn(tap) {
  const panel = one("#pass");
  if (!panel) return;
  panel.classList.add("up");
  all("#pass-open").forEach((b) => b.parentNode.classList.add("open")); // the panel's own title says it now
  const calm = window.matchMedia && matchMedia("(prefers-reduced-motion: reduce)").matches;
  panel.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: tap ? "start" : "nearest" });
  if (tap) panel.focus({ preventScroll: true });
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
