// Light or dark: the choice is kept in a cookie, so that the server draws the next page right from its first byte.
const YEAR_S = 365 * 24 * 3600;

export function startTheme() {
  const page = document.documentElement;
  const wished = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (!cookie()) page.dataset.bsTheme = wished.matches ? "dark" : "light";
  };
  follow();
  wished.addEventListener("change", follow);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const next = page.dataset.bsTheme === "dark" ? "light" : "dark";
    page.dataset.bsTheme = next;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${next}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax${secure}`;
    document.dispatchEvent(new CustomEvent("theme:change"));
  });
}

function cookie() {
  return /(?:^|; )theme=(dark|light)/.exec(document.cookie)?.[1];
}
