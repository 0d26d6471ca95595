// Clips and sounds: the element, how it starts, and what really ran.
import { make, one } from "./dom.js";
import { add, ran } from "./spans.js";

// light tells whether the small rendition serves better: the reader saves
// data, the line is thin or the screen is small.
function light() {
  const line = navigator.connection || {};
  const across = Math.min(window.screen.width, window.screen.height) * (window.devicePixelRatio || 1);
  return !!line.saveData || /2g|3g/.test(line.effectiveType || "") || across < 640;
}

export function play(section, asset, page) {
  const frame = one(".screen", section);
  const start = one(".start", frame);
  const poster = one("img", start || frame);
  const video = asset.kind === "video";
  const m = document.createElement(video ? "video" : "audio");
  m.controls = true;
  m.preload = "metadata";
  if (video) {
    m.setAttribute("playsinline", "");
    m.setAttribute("webkit-playsinline", "");
    if (poster) m.poster = poster.src;
    const captions = one("template", frame);
    if (captions && captions.content) m.append(captions.content.cloneNode(true));
  }
  m.setAttribute("aria-label", section.getAttribute("aria-label") || "");
  m.src = asset.small && light() ? asset.small : asset.src;
  if (start) start.replaceWith(m);
  else frame.append(m);

  resume(m, asset);
  watch(m, asset, page);
  ending(m, frame, page);
  if (page.autoplay && section.classList.contains("lead")) begin(m, frame, page);
  return m;
}

function resume(m, asset) {
  const at = asset.position;
  if (!(at > 3) || (asset.duration && at > asset.duration - 3)) return;
  const go = () => {
    m.currentTime = at;
  };
  if (m.readyState >= 1) go();
  else m.addEventListener("loadedmetadata", go, { once: true });
}

// begin starts with sound; where that is refused, without and a button for it.
function begin(m, frame, page) {
  const tried = m.play();
  if (!tried || !tried.catch) return;
  tried.catch((e) => {
    if (e.name !== "NotAllowedError") return;
    m.muted = true;
    m.play().then(
      () => {
        const b = make("button", { type: "button", class: "unmute" });
        b.innerHTML = '<svg aria-hidden="true"><use href="#i-sound"/></svg>';
        b.append(page.words.sound);
        const loud = () => {
          m.muted = false;
          b.remove();
          if (m.paused) m.play().catch(() => {});
        };
        b.addEventListener("click", loud);
        m.addEventListener("volumechange", () => m.muted || b.remove());
        frame.append(b);
      },
      () => {
        m.muted = false; // not even so: the browser's own button is there
      }
    );
  });
}

// watch notes the seconds that really ran: steps that the clock allows, while
// nothing was sought.
function watch(m, asset, page) {
  let run = null;
  let last = -1;
  let lastWall = 0;
  const step = () => {
    const now = performance.now();
    const at = m.currentTime;
    if (last >= 0 && !m.seeking && ran(last, at, (now - lastWall) / 1000, m.playbackRate || 1)) {
      if (!run) run = page.progress.run(asset.no);
      run.spans = add(run.spans, last, at);
      run.position = Math.round(at * 10) / 10;
      page.progress.note(run);
    }
    last = m.seeking || m.paused ? -1 : at;
    lastWall = now;
  };
  m.addEventListener("playing", () => {
    last = m.currentTime;
    lastWall = performance.now();
  });
  m.addEventListener("timeupdate", step);
  m.addEventListener("seeking", () => (last = -1));
  m.addEventListener("waiting", () => (last = -1));
  m.addEventListener("pause", () => {
    if (last >= 0) step();
    last = -1;
    if (run) page.progress.note(run, true);
  });
  m.addEventListener("ended", () => {
    if (run) {
      run.position = 0;
      page.progress.note(run, true);
    }
    run = null; // watching again is another run
  });
}

// ending brings the pass-on panel up beside "Again" when a clip is over, or
// when an iPhone's own full screen closes late in it.
function ending(m, frame, page) {
  const again = make("button", { type: "button", class: "again", hidden: "" }, page.words.again);
  again.addEventListener("click", () => {
    m.currentTime = 0;
    m.play().catch(() => {});
  });
  frame.append(again);
  m.addEventListener("play", () => (again.hidden = true));
  m.addEventListener("ended", () => {
    if (document.fullscreenElement && document.exitFullscreen) document.exitFullscreen().catch(() => {});
    again.hidden = false;
    page.passOn();
  });
  m.addEventListener("webkitendfullscreen", () => {
    if (m.ended || m.currentTime > (m.duration || 0) / 2) page.passOn();
  });
}
