// The three distributions: who may connect to each, and what its functions are told. The local edge has the same three.
import type { EdgeConfiguration } from "#edge/function/configuration.ts";
import type { StageConfig, ViewerMode } from "./config.ts";

export type ListenerName = "content" | "api" | "renewal";

export type Listener = {
  readonly name: ListenerName;
  readonly domain: string;
  readonly mode: ViewerMode;
  /** Expired certificates reach the functions of this one only (threat G7). */
  readonly ignoreCertificateExpiry: boolean;
  readonly configuration: EdgeConfiguration;
};

export function listenersOf({ domains, contentMode, ocsp }: StageConfig): readonly Listener[] {
  // Where nobody is asked, no status is determined, and it must not matter.
  const common = { ocsp: ocsp === "off" ? "refuse-revoked" : ocsp, identities: "any" } as const;
  return [
    {
      name: "content",
      domain: domains.content,
      mode: contentMode,
      ignoreCertificateExpiry: false,
      // In passthrough nobody has checked the chain: a certificate there is a claim, and nobody passes without one.
      configuration: { ...common, admitWithoutCertificate: contentMode === "optional" },
    },
    {
      name: "api",
      domain: domains.api,
      // Operators come with a token and no certificate.
      mode: "optional",
      ignoreCertificateExpiry: false,
      configuration: { ...common, admitWithoutCertificate: true },
    },
    {
      name: "renewal",
      domain: domains.renewal,
      mode: "required",
      ignoreCertificateExpiry: true,
      configuration: { ...common, admitWithoutCertificate: false, admitExpired: "to-renew" },
    },
  ];
}

/** Whether its connection log proves anything: in passthrough a stranger could make any certificate look seen (0016). */
export function provesIdentity({ mode }: Pick<Listener, "mode">): boolean {
  return mode !== "passthrough";
}
