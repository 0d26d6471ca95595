// A PDF in the page: each page is drawn when it comes near the screen. pdf.js
// is loaded only then; where it can't run, the page images that came with the
// document stay.
import { all, make, one } from "./dom.js";
import { Seen } from "./seen.js";

const near = "600px 0px";
const drawnMost = 8; // pages kept drawn: a phone has little memory

let library = null;

function load(url) {
  if (!library) {
    library = new Promise((ok, no) => {
      const s = make("script", { src: url });
      s.onload = () => (window.passalongPDF ? ok(window.passalongPDF) : no(new Error("pdf.js")));
      s.onerror = no;
      document.head.append(s);
    });
    library.catch(() => (library = null)); // a bad line: the next try loads anew
  }
  return library;
}

export function read(section, asset, page) {
  const box = one(".pages", section);
  const details = one("details", section);
  const run = page.progress.run(asset.no);
  const seen = new Seen((no, seconds) => {
    run.pages[no] = seconds;
    run.position = no;
    if (seconds >= 2) page.progress.note(run);
  });
  const leaves = all(".leaf", box);
  leaves.forEach((img, i) => seen.watch(img, i + 1));
  if (!window.IntersectionObserver || !window.Worker || !window.Promise) return;

  const eye = new IntersectionObserver((list) => {
    if (!list.some((e) => e.isIntersecting)) return;
    eye.disconnect();
    open(box, leaves, asset, page, seen).catch(() => {
      box.removeAttribute("aria-busy");
      eye.observe(box); // coming near again tries again
    });
  }, { rootMargin: near });
  // A closed fold has no box to come near.
  if (!details || details.open) eye.observe(box);
  else details.addEventListener("toggle", () => details.open && eye.observe(box), { once: true });
}

async function open(box, leaves, asset, page, seen) {
  box.setAttribute("aria-busy", "true");
  const pdf = await load(page.pdf[0]);
  const worker = new pdf.PDFWorker({ port: new Worker(page.pdf[1]) });
  const doc = await pdf.getDocument({
    url: asset.src, worker, verbosity: pdf.VerbosityLevel.ERRORS, withCredentials: true,
    isEvalSupported: false, useWasm: false, enableXfa: false, disableAutoFetch: true, rangeChunkSize: 1 << 18,
    disableWorkerRendering: true,
  }).promise;
  const first = (await doc.getPage(1)).getViewport({ scale: 1 });
  const sheets = [];
  for (let no = 1; no <= doc.numPages; no++) {
    const sheet = make("div", { class: "sheet", role: "img", "data-page": no,
      "aria-label": page.words.page.replace("{page}", no).replace("{pages}", doc.numPages) });
    sheet.style.aspectRatio = first.width + " / " + first.height;
    if (!("aspectRatio" in sheet.style)) sheet.style.height = Math.round(box.clientWidth * first.height / first.width) + "px";
    sheets.push(sheet);
  }
  leaves.forEach((l) => l.remove());
  all(".nopages", box).forEach((e) => e.remove());
  box.append(...sheets);
  box.removeAttribute("aria-busy");

  const drawn = [];
  const eye = new IntersectionObserver((list) => {
    for (const e of list) {
      e.target.near = e.isIntersecting;
      if (e.isIntersecting) draw(doc, e.target, drawn);
    }
  }, { rootMargin: near });
  sheets.forEach((sheet, i) => {
    seen.watch(sheet, i + 1);
    eye.observe(sheet);
  });
  if (asset.position > 1 && sheets[asset.position - 1] && page.returning) {
    sheets[asset.position - 1].scrollIntoView();
  }
}

async function draw(doc, sheet, drawn) {
  if (sheet.drawing || sheet.firstChild) return;
  sheet.drawing = true;
  try {
    const p = await doc.getPage(+sheet.dataset.page);
    const plain = p.getViewport({ scale: 1 });
    sheet.style.aspectRatio = plain.width + " / " + plain.height;
    // Sharp on the screen, and never more than a phone's canvas holds.
    const sharp = Math.min(window.devicePixelRatio || 1, 2.5);
    const scale = Math.min(sheet.clientWidth * sharp / plain.width, Math.sqrt(5e6 / (plain.width * plain.height)));
    const view = p.getViewport({ scale });
    const canvas = make("canvas", { width: Math.floor(view.width), height: Math.floor(view.height) });
    await p.render({ canvas, canvasContext: canvas.getContext("2d", { alpha: false }), viewport: view, annotationMode: 0 }).promise;
    sheet.append(canvas);
    sheet.classList.add("drawn");
    drawn.push(sheet);
    while (drawn.length > drawnMost) {
      const far = drawn.findIndex((s) => !s.near);
      if (far < 0) break;
      const gone = drawn.splice(far, 1)[0];
      const old = gone.firstChild;
      if (old) {
        old.width = old.height = 0; // gives the memory back at once
        old.remove();
      }
    }
    say(p, sheet);
  } catch (e) {
    // one page that can't be drawn leaves its white sheet; the others go on
  } finally {
    sheet.drawing = false;
  }
}

// say gives screen readers the page's words.
async function say(p, sheet) {
  const text = (await p.getTextContent()).items.map((i) => i.str + (i.hasEOL ? "\n" : "")).join("").trim();
  if (text) sheet.setAttribute("aria-label", sheet.getAttribute("aria-label") + ". " + text.slice(0, 3000));
}

// glance counts how long a picture or an article was on the screen.
export function glance(section, asset, page) {
  const run = page.progress.run(asset.no);
  const seen = new Seen((_, seconds) => {
    run.pages[1] = seconds;
    run.position = 1;
    if (seconds >= 2) page.progress.note(run);
  });
  seen.watch(one("img, article", section) || section, 1);
}
