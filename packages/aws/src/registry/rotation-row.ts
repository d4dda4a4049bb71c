// A rotation and the parts of its waves ⇄ their rows.
import * as z from "zod";
import type { CertificateId } from "#core/certificate/certificate.ts";
import type { WavePart } from "#core/rotation/waves/part.ts";
import {
  isLive,
  type Rotation,
  type RotationId,
  rotationStates,
  type Wave,
} from "#core/rotation/waves/rotation.ts";
import type { Row } from "./rows.ts";
import { keys } from "./table.ts";

/** Where the index of what is due has the rotations that are under way. They are few. */
export const rotationDuePk = "ROTATION";

/** Where it has a rotation's parts, by the time of their next look. */
export function partDuePk(rotationId: string): string {
  return `ROTATION-PART#${rotationId}`;
}

const date = z.iso.datetime().transform(text => new Date(text));
// The brands are restored, not invented: only their sources' values were ever written.
const rotationId = z.string().transform(text => text as RotationId);
const certificateId = z.string().transform(text => text as CertificateId);
const count = z.number();

const waveSchema = z.object({
  number: count,
  startedAt: date,
  picked: count,
  pickedAt: date.optional(),
  announced: count,
  renewed: count,
  failed: count,
  withdrawn: count,
});

const rotationRow = z.object({
  id: rotationId,
  selector: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("lot"), tenant: z.string(), lot: z.string() }),
    z.object({ kind: z.literal("tenant"), tenant: z.string() }),
    z.object({ kind: z.literal("authority"), authorityId: z.string() }),
  ]),
  state: z.enum(rotationStates),
  abortedBecause: z.string().optional(),
  waveSize: count,
  pauseSeconds: count,
  deadlineSeconds: count,
  abortThresholdPercent: count,
  reason: z.string(),
  explanationUrl: z.string().optional(),
  total: z.object({ certificates: count, isComplete: z.boolean() }),
  counts: z.object({
    announced: count,
    renewed: count,
    seen: count,
    failed: count,
    withdrawn: count,
    skipped: z.object({ renewed: count, held: count, superseded: count, revoked: count, expired: count }),
    watched: count,
  }),
  wave: waveSchema.optional(),
  place: z.object({ segment: z.string(), after: z.string().optional() }).optional(),
  isWalked: z.boolean(),
  parts: count,
  createdBy: z.string(),
  createdAt: date,
  endedAt: date.optional(),
  version: count,
});

export function toRotationRow(rotation: Rotation): Row {
  const { id, createdAt, endedAt, wave } = rotation;
  return {
    ...keys.rotation(id),
    type: "rotation",
    ...rotation,
    createdAt: createdAt.toISOString(),
    ...(endedAt === undefined ? {} : { endedAt: endedAt.toISOString() }),
    ...(wave === undefined ? {} : { wave: toWaveAttribute(wave) }),
    ...(isLive(rotation) ? { duePk: rotationDuePk, dueSk: `${createdAt.toISOString()}#${id}` } : {}),
  };
}

function toWaveAttribute(wave: Wave): Row {
  const { startedAt, pickedAt } = wave;
  return {
    ...wave,
    startedAt: startedAt.toISOString(),
    ...(pickedAt === undefined ? {} : { pickedAt: pickedAt.toISOString() }),
  };
}

export function fromRotationRow(row: Row): Rotation {
  const { abortedBecause, explanationUrl, wave, place, endedAt, ...rest } = rotationRow.parse(row);
  return {
    ...rest,
    ...(abortedBecause === undefined ? {} : { abortedBecause }),
    ...(explanationUrl === undefined ? {} : { explanationUrl }),
    ...(wave === undefined ? {} : { wave: fromWaveAttribute(wave) }),
    ...(place === undefined ? {} : { place: fromPlaceAttribute(place) }),
    ...(endedAt === undefined ? {} : { endedAt }),
  };
}

function fromWaveAttribute({ pickedAt, ...wave }: z.infer<typeof waveSchema>): Wave {
  return { ...wave, ...(pickedAt === undefined ? {} : { pickedAt }) };
}

function fromPlaceAttribute({ segment, after }: { segment: string; after?: string | undefined }) {
  return { segment, ...(after === undefined ? {} : { after }) };
}

const partRow = z.object({
  rotationId,
  number: count,
  wave: count,
  at: date,
  deadline: date,
  isAnnounced: z.boolean(),
  lookAt: date,
  members: z.record(z.string(), z.union([z.literal("awaited"), certificateId])),
});

/** What is left of one that nobody looks at any more, its rotation having been aborted, DynamoDB removes itself. */
const keptAfterDeadlineSeconds = 30 * 86_400;

export function toPartRow(part: WavePart): Row {
  const { rotationId, number, at, deadline, lookAt } = part;
  return {
    ...keys.wavePart(rotationId, number),
    type: "wavePart",
    ...part,
    at: at.toISOString(),
    deadline: deadline.toISOString(),
    lookAt: lookAt.toISOString(),
    duePk: partDuePk(rotationId),
    dueSk: `${lookAt.toISOString()}#${number}`,
    expiresAtSeconds: Math.ceil(deadline.getTime() / 1_000) + keptAfterDeadlineSeconds,
  };
}

export function fromPartRow(row: Row): WavePart {
  return partRow.parse(row);
}
