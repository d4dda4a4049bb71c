// A deployment's edge as CloudFront's control plane shows it.
import {
  type CloudFrontClient,
  DescribeConnectionFunctionCommand,
  type DistributionConfig,
  GetConnectionFunctionCommand,
  GetDistributionConfigCommand,
  GetTrustStoreCommand,
} from "@aws-sdk/client-cloudfront";
import type {
  BehaviourFacts,
  ConnectionFunctionFacts,
  DistributionFacts,
  TrustStoreFacts,
} from "#core/doctor/facts.ts";
import { sha256Hex } from "#core/sha256.ts";

export async function readDistribution(client: CloudFrontClient, id: string): Promise<DistributionFacts> {
  const { DistributionConfig: config } = await client.send(new GetDistributionConfigCommand({ Id: id }));
  if (config === undefined) throw new Error(`GetDistributionConfig answered nothing for ${id}`);
  const mtls = config.ViewerMtlsConfig;
  return {
    id,
    isEnabled: config.Enabled ?? false,
    httpVersion: config.HttpVersion ?? "http2",
    minimumProtocolVersion: config.ViewerCertificate?.MinimumProtocolVersion ?? "",
    mtls: mtls && {
      mode: mtls.Mode ?? "required",
      trustStoreId: mtls.TrustStoreConfig?.TrustStoreId,
      ignoresExpiry: mtls.TrustStoreConfig?.IgnoreCertificateExpiry ?? false,
    },
    connectionFunctionId: config.ConnectionFunctionAssociation?.Id,
    behaviours: behavioursOf(config),
  };
}

function behavioursOf(config: DistributionConfig): readonly BehaviourFacts[] {
  const origins = new Map(config.Origins?.Items?.map(origin => [origin.Id, origin]));
  const others = config.CacheBehaviors?.Items ?? [];
  return [{ PathPattern: "*", ...config.DefaultCacheBehavior }, ...others].map(behaviour => {
    const origin = origins.get(behaviour.TargetOriginId);
    const functions = behaviour.FunctionAssociations?.Items ?? [];
    return {
      pathPattern: behaviour.PathPattern ?? "*",
      viewerProtocolPolicy: behaviour.ViewerProtocolPolicy ?? "",
      viewerRequestFunctionArn: functions.find(({ EventType }) => EventType === "viewer-request")
        ?.FunctionARN,
      originCertificateArn: origin?.CustomOriginConfig?.OriginMtlsConfig?.ClientCertificateArn,
    };
  });
}

export async function readTrustStore(client: CloudFrontClient, id: string): Promise<TrustStoreFacts> {
  const { TrustStore: store, ETag } = await client.send(new GetTrustStoreCommand({ Identifier: id }));
  return {
    id,
    status: store?.Status ?? "",
    reason: store?.Reason,
    etag: ETag ?? "",
    certificates: store?.NumberOfCaCertificates ?? 0,
    usesOcsp: store?.UseClientCertificateOCSPEndpoint ?? false,
  };
}

export async function readConnectionFunction(
  client: CloudFrontClient,
  id: string,
): Promise<ConnectionFunctionFacts> {
  const live = { Identifier: id, Stage: "LIVE" } as const;
  const { ConnectionFunctionSummary: summary } = await client.send(
    new DescribeConnectionFunctionCommand(live),
  );
  const { ConnectionFunctionCode: code } = await client.send(new GetConnectionFunctionCommand(live));
  const stores = summary?.ConnectionFunctionConfig?.KeyValueStoreAssociations?.Items ?? [];
  return {
    id,
    name: summary?.Name ?? "",
    codeSha256: code && (await sha256Hex(Uint8Array.from(code))),
    storeArns: stores.flatMap(({ KeyValueStoreARN }) => KeyValueStoreARN ?? []),
  };
}
