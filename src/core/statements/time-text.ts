import { done, failed, type Outcome } from "../base/mod.ts";

/** What a text that is no time reads as. */
export const zeroTime = "0001-01-01T00:00:00Z";

const yearFault = "Time.MarshalText: year outside of range [0,9999]";
const offsetFault = "Time.MarshalText: timezone hour outside of range [0,23]";
const secondsMin = -62_167_219_200;
const secondsMax = 253_402_300_799;
/** Integers of a greater magnitude are milliseconds. */
const secondsMagnitudeMax = 1e12;

/**
 * An integer of a time column as RFC 3339 (http-api §7.2). Milliseconds beyond nanoseconds' 64 bits, which wrap in the
 * reference, are taken for what they say. Error: the statement's.
 */
export function formatUnixTime(value: number): Outcome<string> {
  const inMs = Math.abs(value) > secondsMagnitudeMax;
  const seconds = inMs ? Math.floor(value / 1000) : value;
  if (seconds < secondsMin || seconds > secondsMax) return failed(yearFault);
  const iso = new Date(inMs ? value : value * 1000).toISOString();
  return done(`${iso.slice(0, 19)}${fraction(iso.slice(20, 23))}Z`);
}

const layout = /^(\d{4})-(\d\d)-(\d\d)(?:(?: +|T)(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?(?:([+-])(\d\d):(\d\d))?)?)?$/;

/** A text of a time column as RFC 3339, its offset kept (http-api §7.3). Error: the statement's. */
export function formatTimeText(text: string): Outcome<string> {
  const match = layout.exec(text.endsWith("Z") ? text.slice(0, -1) : text);
  if (match === null) return done(zeroTime);
  const [, year = "", month = "", day = "", hour = "00", minute = "00", second = "00", digits = ""] = match;
  if (!isRealDate(Number(year), Number(month), Number(day))) return done(zeroTime);
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return done(zeroTime);
  const [sign = "+", offsetHour = "0", offsetMinute = "0"] = match.slice(8);
  if (Number(offsetHour) > 24 || Number(offsetMinute) > 60) return done(zeroTime);
  const offsetMinutes = Number(offsetHour) * 60 + Number(offsetMinute);
  if (offsetMinutes >= 24 * 60) return failed(offsetFault);
  const time = `${hour.padStart(2, "0")}:${minute}:${second}${fraction(digits.slice(0, 9))}`;
  return done(`${year}-${month}-${day}T${time}${offsetMinutes === 0 ? "Z" : offset(sign, offsetMinutes)}`);
}

function fraction(digits: string): string {
  const significant = digits.replace(/0+$/, "");
  return significant === "" ? "" : `.${significant}`;
}

const twoDigits = (value: number): string => String(value).padStart(2, "0");
const offset = (sign: string, minutes: number): string =>
  `${sign}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;

const monthDays: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isRealDate(year: number, month: number, day: number): boolean {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= (monthDays[month - 1] ?? 0) + (leap ? 1 : 0);
}
