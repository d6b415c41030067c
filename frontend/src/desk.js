// Desk pages: agents, supervisors, store, managers. Mouse optional.
import "@tabler/core/dist/js/tabler.esm.min.js";
import { startAlpine } from "./behaviours/components.js";
import { startDrafts } from "./behaviours/drafts.js";
import { startHtmx } from "./behaviours/htmx.js";
import { startPalette } from "./behaviours/palette.js";
import { startShortcuts } from "./behaviours/shortcuts.js";
import { startTheme } from "./behaviours/theme.js";
import { startToasts } from "./behaviours/toasts.js";

startHtmx();
startTheme();
startToasts();
startShortcuts();
startPalette();
startDrafts();
startAlpine();
