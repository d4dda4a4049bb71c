// A claim for a factory line, as an operator makes it together with the line's certificate.
import { type ApiAccess, callApi } from "./api-client.ts";

export type LineClaim = {
  readonly tenant: string;
  readonly line: string;
  readonly count: number;
  readonly expiresAt: Date;
  readonly profiles?: readonly string[];
  readonly lots?: "any" | readonly string[];
};

/** Any lot unless told otherwise. Answers the claim's id. */
export async function claimForLine(operator: ApiAccess, claim: LineClaim): Promise<string> {
  const body = { kind: "certificate", lots: "any", ...claim };
  const answer = await callApi(operator, { path: "/v1/claims", body });
  if (answer.status !== 201)
    throw new Error(`POST /v1/claims answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return String(answer.body["id"]);
}
