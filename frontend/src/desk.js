// Desk pages: agents, supervisors, store, managers. Mouse optional.
import "@tabler/core/dist/js/tabler.esm.min.js";
import { startAlpine } from "./behaviours/components.js";
import { startDrafts } from "./behaviours/drafts.js";
import { startHtmx } from "./behaviours/htmx.js";
import { startMenus } from "./behaviours/menus.js";
import { startPalette } from "./behaviours/palette.js";
import { startRows } from "./behaviours/rows.js";
import { startShortcuts } from "./behaviours/shortcuts.js";
import { startTables } from "./behaviours/tables.js";
import { startSending } from "./behaviours/sending.js";
import { startTheme } from "./behaviours/theme.js";
import { startTour } from "./behaviours/tour.js";
import { startToasts } from "./behaviours/toasts.js";

startHtmx();
startSending();
startTheme();
startTables();
startToasts();
startTour();
startMenus();
startRows();
startShortcuts();
startPalette();
startDrafts();
startAlpine();
