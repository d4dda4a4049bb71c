// One stage: everything that is declared, in the order that it builds on each other.
import { declareAlarms } from "./alarms.ts";
import { declareApi } from "./api.ts";
import { arnsOf } from "./arns.ts";
import { declareAuthorities } from "./authority.ts";
import { type Bundles, buildBundles } from "./bundles.ts";
import { readStageConfig, type StageConfig } from "./config.ts";
import { declareConnectionLogs } from "./connection-logs.ts";
import { declareDashboard } from "./dashboard.ts";
import { declareDistribution } from "./distributions.ts";
import { declareEdgeFunctions, declareEdgeStore } from "./edge.ts";
import { declareBus, declareRules } from "./events.ts";
import { declareFunctions } from "./functions.ts";
import { declareJobs } from "./jobs.ts";
import { declareLinks } from "./links.ts";
import { type Listener, type ListenerName, listenersOf } from "./listeners.ts";
import { mapValues } from "./map-values.ts";
import { declareApiRequests, declareContentRequests } from "./origin-requests.ts";
import { declareQueues } from "./queues.ts";
import { declareStorage } from "./storage.ts";
import { declareTriggers } from "./triggers.ts";

export type StageResources = ReturnType<typeof declareData>;

export function declareStage() {
  const config = readStageConfig(process.env);
  const listeners = listenersOf(config);
  const bundles = buildBundles(
    Object.fromEntries(listeners.map(({ name, configuration }) => [name, configuration])),
  );
  const resources = declareData(config);
  const { deadLetters } = resources;
  const functions = declareFunctions({
    bundles,
    links: declareLinks(config, resources),
    arns: arnsOf(config, resources),
    deadLetters,
  });
  declareTriggers(functions, resources);
  declareRules({ ...resources, functions });
  declareJobs(functions, deadLetters);
  const gateway = declareApi({ config, functions, originTrust: resources.trust.originTrust });
  const distributions = declareEdge({ config, listeners, bundles, resources, gateway });
  declareConnectionLogs({ listeners, distributions, functionArn: functions["record-seen"].arn });
  declareAlarms({ config, resources, listeners });
  declareDashboard(listeners, resources);
  return outputsOf(config, distributions, resources);
}

function declareData(config: StageConfig) {
  return {
    ...declareStorage(),
    ...declareQueues(),
    bus: declareBus(config),
    trust: declareAuthorities(config),
    edgeStore: declareEdgeStore(),
  };
}

type EdgeParts = {
  readonly config: StageConfig;
  readonly listeners: readonly Listener[];
  readonly bundles: Bundles;
  readonly resources: StageResources;
  readonly gateway: Readonly<Record<"api" | "renewal", $util.Output<string>>>;
};

function declareEdge({ config, listeners, bundles, resources, gateway }: EdgeParts) {
  const requests = { api: declareApiRequests(), content: declareContentRequests(config.contentMode) };
  return Object.fromEntries(
    listeners.map(listener => {
      const isContent = listener.name === "content";
      const distribution = declareDistribution({
        config,
        listener,
        functions: declareEdgeFunctions(listener, resources.edgeStore, bundles),
        trustStoreId: resources.trust.trustStore.id,
        originDomain: listener.name === "content" ? config.contentOrigin.domain : gateway[listener.name],
        originRequestPolicyId: isContent ? requests.content.id : requests.api.id,
      });
      return [listener.name, distribution];
    }),
    // `fromEntries` forgets the listeners' names.
  ) as Record<ListenerName, aws.cloudfront.Distribution>;
}

/** What an operator does next: point each domain at its distribution, register the authority. docs/deploy.md. */
function outputsOf(
  { domains }: StageConfig,
  distributions: Readonly<Record<ListenerName, aws.cloudfront.Distribution>>,
  { table, bus, edgeStore, trust, deadLetters }: StageResources,
) {
  return {
    dns: mapValues(distributions, ({ domainName }, name) => $interpolate`${domains[name]} → ${domainName}`),
    distributions: mapValues(distributions, ({ id }) => id),
    table: table.name,
    bus: bus.name,
    edgeStore: edgeStore.arn,
    trustStore: trust.trustStore.id,
    deadLetters: deadLetters.url,
  };
}
