// Seconds that something was really on the screen: half of it, or half of the
// screen full of it, in a page that is in front.
export class Seen {
  // tell(name, seconds) is called with the sum for each name.
  constructor(tell) {
    this.tell = tell;
    this.names = new Map();
    this.shown = new Map();
    this.sums = {};
    this.at = performance.now();
    if (!window.IntersectionObserver) return;
    this.eye = new IntersectionObserver((list) => this.look(list), { threshold: [0, 0.1, 0.25, 0.5, 0.75, 1] });
    setInterval(() => this.count(), 500);
    document.addEventListener("visibilitychange", () => this.count());
  }

  watch(element, name) {
    this.names.set(element, name);
    if (this.eye) this.eye.observe(element);
  }

  look(list) {
    this.count();
    for (const e of list) {
      const tall = e.rootBounds ? e.rootBounds.height : window.innerHeight;
      const enough = e.isIntersecting && (e.intersectionRatio >= 0.5 || e.intersectionRect.height >= tall / 2);
      if (enough) this.shown.set(e.target, true);
      else this.shown.delete(e.target);
    }
  }

  count() {
    const now = performance.now();
    const passed = Math.min((now - this.at) / 1000, 1); // a sleeping page counts nothing
    this.at = now;
    if (this.hidden || document.visibilityState === "hidden") {
      this.hidden = document.visibilityState === "hidden";
      return;
    }
    this.shown.forEach((_, element) => {
      const name = this.names.get(element);
      this.sums[name] = Math.round(((this.sums[name] || 0) + passed) * 10) / 10;
      this.tell(name, this.sums[name]);
    });
  }
}
