// Scheduled daily, and by hand with `{"force": true}`: rotates the certificate that the edge shows to our API.
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import * as z from "zod";
import {
  type RotateOriginDeps,
  type RotateOriginResult,
  rotateOriginCertificate,
} from "#core/rotation/rotate-origin-certificate.ts";
import { rotateOriginDeps } from "../deps/rotation.ts";
import { lazily } from "../lazily.ts";
import { rootLogger } from "../log.ts";
import { reportOriginRotation } from "./report-origin-rotation.ts";

const inputSchema = z.object({ force: z.boolean().default(false), actor: z.string().optional() });

/** Of the function's time. What the edge does not present by then is left to the next run. */
const rehearseShare = 0.5;
const proveShare = 0.3;

export function rotateOrigin(
  deps: RotateOriginDeps,
): (event: unknown, context: Context) => Promise<RotateOriginResult> {
  const logger = rootLogger.createChild({ persistentKeys: { trigger: "rotate-origin-certificate" } });
  return middy<unknown, RotateOriginResult>().handler(async (event, context) => {
    const { force, actor } = inputSchema.parse(event);
    const milliseconds = context.getRemainingTimeInMillis();
    const result = await rotateOriginCertificate(deps, {
      id: context.awsRequestId,
      actor: actor ?? (force ? "operator:by-hand" : "job:rotate-origin-certificate"),
      force,
      rehearseMs: milliseconds * rehearseShare,
      proveMs: milliseconds * proveShare,
    });
    reportOriginRotation(result, logger);
    return result;
  });
}

export const handler = lazily(() => rotateOrigin(rotateOriginDeps()));
