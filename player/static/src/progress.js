// Reports of what really ran. Each is cumulative for its run, so that it may
// go twice; it is kept in the browser until the server has answered it.
import { playID, post, store } from "./dom.js";

const every = 5000; // ms between reports while something runs
const most = 20; // runs kept for a better connection

export class Progress {
  constructor(token, as) {
    this.url = "/v/" + token + "/progress";
    this.as = as;
    this.key = "passalong:" + token.slice(-16);
    this.waiting = store.get(this.key) || {};
    this.dirty = {};
    setInterval(() => this.send(), every);
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.leave());
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("online", () => this.retry());
    this.retry();
  }

  // run begins a run of an asset.
  run(no) {
    return { asset: no, play: playID(), spans: [], pages: {}, position: 0 };
  }

  // note keeps a run's state; it goes out with the next report.
  note(run, now) {
    this.waiting[run.play] = run;
    this.dirty[run.play] = true;
    const ids = Object.keys(this.waiting);
    if (ids.length > most) delete this.waiting[ids[0]];
    if (now) this.send();
  }

  keep() {
    store.set(this.key, Object.keys(this.waiting).length ? this.waiting : null);
  }

  retry() {
    for (const id of Object.keys(this.waiting)) this.dirty[id] = true;
    this.send();
  }

  send() {
    const ids = Object.keys(this.dirty);
    if (!ids.length) return;
    this.keep();
    for (const id of ids) {
      delete this.dirty[id];
      const run = this.waiting[id];
      if (run) this.sendOne(id, run);
    }
  }

  sendOne(id, run) {
    const sent = JSON.stringify(run);
    post(this.url, run, this.as)
      .then((r) => {
        // 4xx will never be taken, whatever the connection; 429 will.
        if (!r.ok && (r.status === 429 || r.status >= 500)) throw r;
        if (JSON.stringify(this.waiting[id]) === sent) delete this.waiting[id];
        this.keep();
      })
      .catch(() => {
        this.keep();
        setTimeout(() => (this.dirty[id] = true), every * 2);
      });
  }

  // leave sends without waiting for an answer; what it sent stays kept and
  // goes again at the next visit.
  leave() {
    for (const id of Object.keys(this.dirty)) {
      const run = this.waiting[id];
      const body = JSON.stringify(run);
      let gone = false;
      if (run && !this.as && navigator.sendBeacon) {
        gone = navigator.sendBeacon(this.url, new Blob([body], { type: "application/json" }));
      }
      if (run && !gone) post(this.url, run, this.as).catch(() => {});
      delete this.dirty[id];
    }
    this.keep();
  }
}
