// Light or dark is the server's word (a setting of the account); `auto` follows the device, also while the page is open.
export function startTheme() {
  const page = document.documentElement;
  const wished = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (page.dataset.theme !== "auto") return;
    page.dataset.bsTheme = wished.matches ? "dark" : "light";
    document.dispatchEvent(new CustomEvent("theme:change"));
  };
  follow();
  wished.addEventListener("change", follow);
}
