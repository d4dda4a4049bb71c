// What renewals may take of the CA's rate.

/** IssueCertificate's default for an account and Region (aws-services, 1.6). */
const issuePerSecond = 25;

/** Renewals get three quarters of it at most: core/issuance/permits.ts. */
export const renewalBudgetPerSecond = Math.floor(issuePerSecond * (3 / 4));
