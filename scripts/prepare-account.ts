// What an AWS account needs before the first deployment, made once: the CAs, which outlive every stage, and the two
// certificates that the edge shows to its origins. Safe to repeat: what exists is remembered in a file and not made again.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ACMClient } from "@aws-sdk/client-acm";
import { ACMPCAClient } from "@aws-sdk/client-acm-pca";
import { ensureHierarchy } from "#local/cloud/hierarchy.ts";
import { ensureOriginCertificates } from "#local/cloud/origin-certificates.ts";
import { systemClock } from "#local/wire/clock.ts";

const usage = "usage: npm run prepare:account -- --organization <name> [--directory <where it remembers>]";

const { values } = parseArgs({
  options: { organization: { type: "string" }, directory: { type: "string", default: ".edgecert/account" } },
});
const { organization, directory } = values;
if (organization === undefined) {
  console.error(
    `${usage}\nIt creates three private CAs. AWS bills each of them by the month: docs/deploy.md.`,
  );
  process.exit(2);
}

const region = "us-east-1";
const pca = new ACMPCAClient({ region });
// ACM takes one import a second.
const acm = new ACMClient({ region, maxAttempts: 10 });
const hierarchy = await ensureHierarchy(pca, join(directory, "hierarchy.json"), organization);
const origin = await ensureOriginCertificates({
  acm,
  pca,
  ca: hierarchy.origin,
  clock: systemClock,
  file: join(directory, "origin-certificates.json"),
});

console.log(`EDGECERT_ISSUING_CAS=${hierarchy.issuing.arn}
EDGECERT_ORIGIN_CA=${hierarchy.origin.arn}
EDGECERT_ORIGIN_CERTIFICATE=${origin.live}
EDGECERT_REHEARSAL_CERTIFICATE=${origin.rehearsal}`);
