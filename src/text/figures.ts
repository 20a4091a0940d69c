/** Formats figures for reports and advice. NaN and infinities become a dash. */
import { anyNumber, integer } from "../errors/kinds.js";
import { Signature, optional, required } from "../errors/signature.js";
import { thousands } from "./thousands.js";

const DASH = "–";

const ofPercent = new Signature("percent", [required("share", anyNumber), optional("digits", integer(0, 100))]);

/**
 * Writes a fraction as a percentage; a dash for what is not finite.
 * @param share the fraction, where 1 is 100 %
 * @param digits the number of decimal places
 * @returns the text
 * @example percent(0.9943); // "99.43 %"
 */
export function percent(share: number, digits = 2): string {
  ofPercent.read(arguments);
  return Number.isFinite(share) ? `${(100 * share).toFixed(digits)} %` : DASH;
}

const ofSignificant = new Signature("significant", [required("x", anyNumber), optional("digits", integer(1, 100))]);

/**
 * Writes a number with a few significant digits; a dash for what is not finite.
 * @param x the number
 * @param digits the number of digits
 * @returns the text, with an exponent only if it is needed
 * @example significant(0.018437); // "0.0184"
 */
export function significant(x: number, digits = 3): string {
  ofSignificant.read(arguments);
  return Number.isFinite(x) ? String(Number(x.toPrecision(digits))) : DASH;
}

const ofWhole = new Signature("whole", [required("x", anyNumber)]);

/**
 * Rounds a number and writes it with a separator for thousands; a dash for what is not finite.
 * @param x the number
 * @returns the text
 * @example whole(12_514); // "12,514"
 */
export function whole(x: number): string {
  ofWhole.read(arguments);
  return Number.isFinite(x) ? thousands(Math.round(x)) : DASH;
}

/** `3 min 52 s` */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return DASH;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds % 60)];
  if (h > 0) return `${h} h ${m} min`;
  return m > 0 ? `${m} min ${s} s` : `${s} s`;
}

/** `118 MB`, in millions of bytes. */
export function bytes(count: number): string {
  if (!Number.isFinite(count)) return DASH;
  return count < 1e6 ? `${(count / 1e3).toFixed(0)} kB` : `${(count / 1e6).toFixed(0)} MB`;
}
