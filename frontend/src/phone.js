// Phone pages: an engineer on the way, a customer with a link. Small, for a poor connection.
import { startAlpine } from "./behaviours/components.js";
import { startDrafts } from "./behaviours/drafts.js";
import { startHtmx } from "./behaviours/htmx.js";
import { startMenus } from "./behaviours/menus.js";
import { startScanners } from "./behaviours/scanner.js";
import { startSignatures } from "./behaviours/signature.js";
import { startSending } from "./behaviours/sending.js";
import { startTheme } from "./behaviours/theme.js";
import { startTour } from "./behaviours/tour.js";
import { startToasts } from "./behaviours/toasts.js";

startHtmx();
startSending();
startTheme();
startToasts();
startTour();
startMenus();
startSignatures();
startScanners();
startDrafts();
startAlpine();
