// One page for whoever is on call: from the report to the refused handshake, then the edge, the CA, what was given up.

import type { Listener } from "./listeners.ts";
import { lambda, type Metric, ours, waitingIn } from "./metrics.ts";
import { named, region } from "./names.ts";
import type { StageResources } from "./stage.ts";

type Panel = { readonly title: string; readonly metrics: readonly Metric[] };

export function declareDashboard(listeners: readonly Listener[], { deadLetters }: StageResources): void {
  const panels = [...promisePanels(), handshakes(listeners), givenUp(deadLetters)];
  new aws.cloudwatch.Dashboard("Dashboard", {
    dashboardName: named("promises"),
    dashboardBody: $jsonStringify({ widgets: panels.map(widget) }),
  });
}

function promisePanels(): readonly Panel[] {
  return [
    {
      title: "Time to edge (ms): from the registry's commit to the store",
      metrics: [ours("PublicationLag", "p99"), ours("PublicationLag")],
    },
    {
      title: "Behind the stream (ms)",
      metrics: [
        lambda("publish-edge", "IteratorAge", "Maximum"),
        lambda("relay-outbox", "IteratorAge", "Maximum"),
      ],
    },
    { title: "Edge store (% of its quota)", metrics: [ours("StoreUsage")] },
    { title: "Store calls and conflicts", metrics: [ours("StoreCalls", "Sum"), ours("Conflicts", "Sum")] },
    { title: "Drift (keys)", metrics: [ours("Drift")] },
    {
      title: "CA: asks that found the rate used up, and who waits",
      metrics: [ours("PermitsRefused", "Sum"), ours("QueuedEnrolments"), ours("QueuedRenewals")],
    },
    { title: "CA: oldest waiting enrolment (s)", metrics: [ours("OldestQueued")] },
    { title: "Origin certificate (days left)", metrics: [ours("OriginCertificateDaysLeft", "Minimum")] },
    {
      title: "Falling due",
      metrics: [
        ours("RenewalsDue", "Sum"),
        ours("CertificatesExpiring", "Sum"),
        ours("CertificatesExpired", "Sum"),
      ],
    },
  ];
}

function handshakes(listeners: readonly Listener[]): Panel {
  return {
    title: "Handshakes judged, and errors",
    metrics: listeners.flatMap(({ name }) =>
      ["FunctionInvocations", "FunctionExecutionErrors"].map(metricName => ({
        namespace: "AWS/CloudFront",
        metricName,
        dimensions: { FunctionName: named(`${name}-connection`), Region: "Global" },
        statistic: "Sum" as const,
      })),
    ),
  };
}

function givenUp(deadLetters: aws.sqs.Queue): Panel {
  return { title: "Given up", metrics: [waitingIn(deadLetters)] };
}

function widget({ title, metrics }: Panel, index: number) {
  return {
    type: "metric",
    x: (index % 2) * 12,
    y: Math.floor(index / 2) * 6,
    width: 12,
    height: 6,
    properties: {
      title,
      region,
      period: 60,
      metrics: metrics.map(({ namespace, metricName, dimensions, statistic }) => [
        namespace,
        metricName,
        ...Object.entries(dimensions).flat(),
        { stat: statistic },
      ]),
    },
  };
}
