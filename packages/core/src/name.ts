// The names that end up in a certificate's subject, and their grammar.
// The charset needs no escaping in any DN rendering, so the edge can read subjects by comparison alone.
import * as z from "zod";

/** CN of a certificate: X.520 allows 64 characters; the charset excludes every DN metacharacter. */
export const holderSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/,
    "1 to 64 characters of A-Z a-z 0-9 . _ : -, starting with a letter or digit",
  );

/** O of a certificate, and the partition every row of a tenant starts with. */
export const tenantSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "1 to 32 characters of a-z 0-9 -, starting with a letter or digit");

export const lotSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    "1 to 64 characters of A-Z a-z 0-9 . _ -, starting with a letter or digit",
  );

/** Two or more characters, so that no id collides with the store's own `a.` and `s.` key prefixes. */
export const authorityIdSchema = z
  .string()
  .regex(/^[a-z][a-z0-9]{1,7}$/, "2 to 8 characters of a-z 0-9, starting with a letter");

/** Of a rule, and of who sends findings. */
export const automationIdSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,31}$/, "2 to 32 characters of a-z 0-9 -, starting with a letter");

export const profileNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,31}$/, "2 to 32 characters of a-z 0-9 -, starting with a letter");
