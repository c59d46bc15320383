// A hint, never a hurdle: a private phone number or address of somebody is seldom what Product needs to know.

const EMAIL = /[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+/giu;
const PHONE = /(?:\+|\b00?)[1-9(][\d\s()./-]{6,18}\d\b|\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b/g;
const DATE = /^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}/;

const phones = (text) => (text.match(PHONE) ?? []).filter((part) => !DATE.test(part) && part.replace(/\D/g, "").length >= 8);

/** "a phone number", "an e-mail address", both, or "". */
export function found(text) {
  const kinds = [];
  if (phones(text.replace(EMAIL, " ")).length) kinds.push("a phone number");
  if (text.match(EMAIL)) kinds.push("an e-mail address");
  return kinds.join(" and ");
}

/** The text without them. */
export function without(text) {
  let left = text.replace(EMAIL, "[e-mail address]");
  for (const part of phones(left)) left = left.replace(part, "[phone number]");
  return left;
}
