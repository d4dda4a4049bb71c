// One line of CloudFront's connection log (CONNECTION_LOGS, JSON), as far as it proves who was at the edge. All fields
// are optional and others are ignored, because CloudFront may add and leave out; a line that is none is only counted.
import * as z from "zod";
import { type CertificateId, certificateId } from "#core/certificate/certificate.ts";
import { authorityIdSchema } from "#core/name.ts";
import { parseSerial } from "#core/serial.ts";

/** A handshake whose client had the key of this certificate of ours. */
export type ConnectionRecord = {
  readonly certificateId: CertificateId;
  readonly at: Date;
  readonly answer: "admitted" | "refused";
};

export type ReadLog = {
  readonly records: readonly ConnectionRecord[];
  /** Lines that are no connection record. More than none: the format has changed, or something else is in the log. */
  readonly malformed: number;
};

// Described as ISO 8601; the documentation's sample has epoch milliseconds (cloudfront-mtls, 4.2).
const timestamp = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number), z.iso.datetime({ offset: true })])
  .transform(value => new Date(value))
  // Earlier than any certificate: seconds that were taken for milliseconds, or nothing at all.
  .refine(date => date.getTime() >= Date.UTC(2020));

const lineSchema = z.object({
  eventTimestamp: timestamp,
  connectionStatus: z.string(),
  clientLeafCertSerialNumber: z.string().optional(),
  connectionLogCustomData: z.string().optional(),
});

/** What our connection function writes of its verdict. */
const verdictSchema = z.object({ reason: z.string(), authority: authorityIdSchema, serial: z.string() });

export function readConnectionLog(lines: readonly string[]): ReadLog {
  const read = lines.map(line => lineSchema.safeParse(parseJson(line)));
  return {
    records: read.flatMap(({ data }) => (data === undefined ? [] : proofIn(data))),
    malformed: read.filter(({ success }) => !success).length,
  };
}

/**
 * Only our function's verdict says whose certificate it was. It knows that an issuer's name was not borrowed by a
 * partner's CA: intermediates are pinned, and `good` and `revoked` are said after that check. Anybody may choose the
 * serial of a certificate that was refused before it.
 */
function proofIn(line: z.infer<typeof lineSchema>): readonly ConnectionRecord[] {
  const answer = answerOf(line.connectionStatus);
  const verdict = verdictSchema.safeParse(parseJson(line.connectionLogCustomData ?? "")).data;
  if (answer === undefined || verdict === undefined) return [];
  if (verdict.reason !== (answer === "admitted" ? "good" : "revoked")) return [];
  const serial = parseSerial(verdict.serial);
  const logged = line.clientLeafCertSerialNumber;
  if (serial === undefined || (logged !== undefined && parseSerial(logged) !== serial)) return [];
  return [{ certificateId: certificateId(verdict.authority, serial), at: line.eventTimestamp, answer }];
}

function answerOf(status: string): ConnectionRecord["answer"] | undefined {
  if (status === "Success") return "admitted";
  return status === "Failed:ConnectionFunctionDenied" ? "refused" : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
