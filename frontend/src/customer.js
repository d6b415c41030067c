// What a customer opens from a message: the device's light or dark, and a form sent once. Everything works without.
import { startSending } from "./behaviours/sending.js";
import { startTheme } from "./behaviours/theme.js";

startTheme();
startSending();
