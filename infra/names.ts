// Names and ARNs of one stage. Names are fixed, so that roles and policies can name what they are about before it exists.

/** `edgecert-<stage>-<what>`. The longest function leaves 20 characters to the stage of IAM's and Lambda's 64. */
export function named(what: string): string {
  if (!/^[a-z][a-z0-9-]{0,19}$/.test($app.stage)) {
    throw new Error(`stage "${$app.stage}": lower-case letters, digits and hyphens, 20 at most`);
  }
  return `edgecert-${$app.stage}-${what}`;
}

/** A resource's logical name: `compromise-reported` is `CompromiseReported`. */
export function logical(what: string): string {
  return what.replace(/(?:^|-)([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

/** CloudFront's certificates, its log delivery and its metrics are there; one Region has no second copy of anything. */
export const region = "us-east-1";

/** Whether what the stage has stored is to outlive it: production's, not that of a stage to try things on. */
export function outlives(): boolean {
  return $app.removal !== "remove";
}
