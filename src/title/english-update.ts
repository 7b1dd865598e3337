/** The marks of edits and follow-ups in English titles. */
import type { Bracketed } from './brackets.ts';

/** In brackets: `(Updated)`, `[Correction]`, `(Postponed to 2026-01-02)`. Names of coins stand there too, so no word that could be one. */
const IN_BRACKETS =
  /^(?:(?:important|time|date|schedule) )?(?:updated?|revised|amended|corrected|correction|postponed|delayed|rescheduled|cancell?ed|completed|reminder)\b|\b(?:promotion|deadline|period|event|campaign) (?:extended|ended|updated)$/i;
const TICKER = /^[A-Z0-9]+$/;

/** `업데이트(UPDATE)`, `Updated (UPDATED)`; in a title that is all in capitals, one behind a blank is none. */
const isCoin = (whole: string, plain: string) =>
  whole.startsWith('(') && (plain !== plain.toUpperCase() || !plain.includes(` ${whole}`));

const WHAT = '(?:listing|trading|launch|opening|delisting|start|delivery|settlement|maintenance|upgrade)';
const WHEN = '(?:times?|dates?|schedules?|timelines?|hours?)';
const CHANGES =
  '(?:delay(?:s|ed|ing)?|adjust(?:s|ed|ing|ments?)?|chang(?:e|es|ed|ing)|revis(?:e|es|ed|ing|ions?)|updat(?:e|es|ed|ing)|extend(?:s|ed|ing)?|correct(?:s|ed|ing|ions?)?|advanc(?:e|es|ed|ing)|bring(?:s|ing)? forward)';

const ANYWHERE = [
  /^(?:\[[^\]]*\] ?)?(?:important |final |second )?(?:updated?|revised|amended|correction|corrected|erratum|clarification|reminder|follow-?up|addendum|supplementary)(?:(?= ?[:-])| (?:notice|announcement|on|to|regarding|about|of)\b)/i,
  /^(?:second|third|final|additional) (?:notice|announcement|information|details)\b/i,
  /(?:- |: )(?:updated?|rescheduled|postponed|delayed|cancell?ed|revised|corrected)[ .!]*$/i,
  /\b(?:updated|revised|amended) (?:notice|announcement|schedule|timeline|listing|delisting|details)\b/i,
  /\bpostpon(?:e|es|ed|ing|ement)\b(?! ?\([a-z0-9]{1,12}\))/i,
  /\breschedul(?:e|es|ed|ing)\b(?! ?\([a-z0-9]{1,12}\))/i,
  /\b(?:is|are|was|be|been|being) (?:\w+ )?(?:delayed|cancell?ed|advanced|deferred|extended|brought forward|moved (?:up|forward|back)|pushed back|put on hold)\b/i,
  new RegExp(`\\b${CHANGES}(?: [\\w()/-]{1,30}){0,5}? ${WHAT}(?: start| opening)? ${WHEN}\\b`, 'i'),
  new RegExp(`\\b(?:delay|cancel|defer)(?:s|ed|ing|ling|led|lation of)? (?:the |its )?${WHAT}\\b`, 'i'),
  new RegExp(`\\bnew (?:listing|trading|launch|delisting) (?:start )?${WHEN} (?:of|for)\\b`, 'i'),
];

/** Orders are cancelled, and withdrawals delayed, in originals. */
const OF_ORDERS = /\b(?:orders?|positions?|withdrawals?|deposits?)\b[^,:;]{0,30}\b(?:delayed|cancell?ed)\b/gi;

/** Of what is no listing and no delisting. */
const BESIDE_LISTINGS = [
  /\bextend(?:s|ed|ing)? (?:[\w()&/-]{1,30} ){0,5}?(?:promotion|campaign|event|period|deadline|offer|competition|tournament)\b/i,
  /\b(?:promotion|campaign|event|period|deadline|offer|competition|tournament) (?:is |has been |are )?extended\b/i,
  /\b(?:has|have) (?:now )?(?:completed|resumed|concluded)\b/i,
  /\b(?:completes|concludes)\b/i,
  /\bresumes?(?:d)? (?:[\w()&/-]{1,30} ){0,4}?(?:deposits?|withdrawals?)\b/i,
];
const LISTING =
  /\b(?:will|to|futures|now) (?:list|launch|delist|add|open|remove)(?:s|ed)?\b|\b(?:adds|lists|delists|listing|resumes? trading)\b/i;

export function englishUpdate(plain: string, brackets: readonly Bracketed[]): string | undefined {
  const text = plain.replace(OF_ORDERS, '');
  for (const { whole, inside } of brackets)
    if (IN_BRACKETS.test(inside) && !(TICKER.test(inside) && isCoin(whole, plain))) return whole;
  const found = firstOf(ANYWHERE, text);
  return found ?? (LISTING.test(text) ? undefined : firstOf(BESIDE_LISTINGS, text));
}

function firstOf(marks: readonly RegExp[], text: string): string | undefined {
  for (const mark of marks) {
    const found = mark.exec(text)?.[0];
    if (found !== undefined) return found.trim();
  }
  return undefined;
}
