// Small local states of a page, registered by name: the CSP build of Alpine evaluates no expressions.
import Alpine from "@alpinejs/csp";

export function startAlpine() {
  Alpine.data("disclosure", () => ({
    open: false,
    toggle() {
      this.open = !this.open;
    },
    close() {
      this.open = false;
    },
    get closed() {
      return !this.open;
    },
  }));
  Alpine.data("counter", () => ({
    length: 0,
    init() {
      this.count();
    },
    count() {
      this.length = this.$root.querySelector("textarea, input")?.value.length ?? 0;
    },
  }));
  Alpine.start();
}
