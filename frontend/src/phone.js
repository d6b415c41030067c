// Phone pages: an engineer on the way. Small, for a poor connection; they work without one.
import { startDrafts } from "./behaviours/drafts.js";
import { startMenus } from "./behaviours/menus.js";
import { startScanners } from "./behaviours/scanner.js";
import { startSignatures } from "./behaviours/signature.js";
import { startSending } from "./behaviours/sending.js";
import { startTheme } from "./behaviours/theme.js";
import { startTour } from "./behaviours/tour.js";
import { startToasts } from "./behaviours/toasts.js";
import { startApp, startInstall, startWorker } from "./phone/app.js";
import { startJob } from "./phone/job.js";
import { keepJobs, startJobs } from "./phone/jobs.js";
import { startOutbox } from "./phone/outbox_page.js";

startSending();
startTheme();
startToasts();
startTour();
startMenus();
startSignatures();
startScanners();
startDrafts();
startInstall();

const worker = startWorker().catch(() => {});
const user = await startApp();
if (user) {
  await Promise.all([startJob(user), startJobs(user), startOutbox(user)]);
  await worker;
  await keepJobs();
}
