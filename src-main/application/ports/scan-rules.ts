/** Which names below a folder are looked at: one rule for the page that sends files and the adapters that find them. */
export { isSkippedFolder, kindOfName } from '#contract/scan-rules.ts';
