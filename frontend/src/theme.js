// Runs before anything is painted (a plain script in the head, the others wait for the page): where the account follows the
// device, a dark one sees no light page first. behaviours/theme.js goes on from there.
{
  const page = document.documentElement;
  if (page.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches) page.dataset.bsTheme = "dark";
}
