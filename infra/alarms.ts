// The alarms: what edgecert promises, and what says that a promise is about to break. Each is one row.
import type { StageConfig } from "./config.ts";
import type { Listener } from "./listeners.ts";
import { lambda, type Metric, ours, waitingIn } from "./metrics.ts";
import { logical, named } from "./names.ts";
import type { StageResources } from "./stage.ts";

type Row = {
  readonly name: string;
  /** What it means and where to look; the alarm shows it. */
  readonly means: string;
  readonly metric: Metric;
  readonly above?: number;
  readonly below?: number;
  readonly minutes: number;
  /** In a row; left out: one. */
  readonly periods?: number;
  /** Silence is an alarm too, for what must report. */
  readonly silence?: "breaching";
};

const promises: readonly Row[] = [
  {
    name: "time-to-edge",
    means: "A revocation took over 5 s to reach the edge store. docs/runbooks, docs/edge.md.",
    metric: ours("PublicationLag", "p99"),
    above: 5_000,
    minutes: 5,
  },
  {
    name: "publisher-behind",
    means: "The publisher is over 60 s behind the table's stream: revocations wait.",
    metric: lambda("publish-edge", "IteratorAge", "Maximum"),
    above: 60_000,
    minutes: 1,
  },
  {
    name: "publisher-failing",
    means: "publish-edge fails: revocations wait.",
    metric: lambda("publish-edge", "Errors"),
    above: 0,
    minutes: 5,
  },
  {
    name: "relay-behind",
    means: "Events wait in the outbox: the CA is not told, and nobody else either.",
    metric: lambda("relay-outbox", "IteratorAge", "Maximum"),
    above: 300_000,
    minutes: 5,
  },
  {
    name: "drift",
    means:
      "The edge store said something else than the registry; reconcile-edge has corrected it. Find out why.",
    metric: ours("Drift"),
    above: 0,
    minutes: 60,
  },
  {
    name: "store-filling",
    means: "The edge store is over 70 % full. docs/edge.md, capacity.",
    metric: ours("StoreUsage"),
    above: 70,
    minutes: 60,
  },
  {
    name: "store-nearly-full",
    means: "The edge store is over 90 % full; from 95 % on no pages are provisioned.",
    metric: ours("StoreUsage"),
    above: 90,
    minutes: 5,
  },
  {
    name: "store-full",
    means: "The edge store refused a write for want of room: somebody good is refused.",
    metric: ours("StoreFull", "Sum"),
    above: 0,
    minutes: 5,
  },
  {
    name: "ca-used-up",
    means: "A CA has no certificates left. Roll over to a new one.",
    metric: ours("AuthorityExhausted", "Sum"),
    above: 0,
    minutes: 5,
  },
  {
    name: "enrolments-waiting",
    means: "The oldest enrolment has waited for its turn at the CA for over 15 minutes.",
    metric: ours("OldestQueued"),
    above: 900,
    minutes: 15,
  },
  {
    name: "orphans",
    means: "A CA issued a certificate that no enrolment owns: somebody else may hold the right to issue.",
    metric: ours("Orphans", "Sum"),
    above: 0,
    minutes: 60,
  },
  {
    name: "origin-certificate-expiring",
    means: "The certificate that the edge shows to the API has under 14 days left: rotation does not work.",
    metric: ours("OriginCertificateDaysLeft", "Minimum"),
    below: 14,
    minutes: 1_440,
    // The job runs daily, and not at the same second: one empty day says nothing.
    periods: 2,
    silence: "breaching",
  },
  {
    name: "origin-certificate",
    means: "The rotation of the origin certificate has something to tell. docs/rotation.md.",
    metric: ours("OriginCertificateAlarm"),
    above: 0,
    minutes: 60,
  },
  {
    name: "sweep",
    means: "The sweep fails, or has not run for an hour: nobody is told that a certificate falls due.",
    metric: ours("SweepFailures", "Sum"),
    above: 0,
    minutes: 60,
    silence: "breaching",
  },
  {
    name: "rotation-aborted",
    means: "A rotation ended itself: too many holders did not renew in time.",
    metric: ours("RotationsAborted", "Sum"),
    above: 0,
    minutes: 60,
  },
  {
    name: "connection-log-changed",
    means: "Lines of the connection log are no records: nothing is seen any more.",
    metric: ours("ConnectionLinesMalformed", "Sum"),
    above: 0,
    minutes: 60,
  },
  {
    name: "superseded-returned",
    means: "A certificate that was replaced is in use again. It may be a stolen one.",
    metric: ours("SupersededReturned", "Sum"),
    above: 0,
    minutes: 60,
  },
];

/** An exception at the edge refuses everybody, so one is one too many. */
function edgeRow({ name }: Listener): Row {
  return {
    name: `${name}-edge-errors`,
    means:
      "The connection function throws: it refuses whoever connects. Not documented for connection functions.",
    metric: {
      namespace: "AWS/CloudFront",
      metricName: "FunctionExecutionErrors",
      dimensions: { FunctionName: named(`${name}-connection`), Region: "Global" },
      statistic: "Sum",
    },
    above: 0,
    minutes: 5,
  };
}

export type AlarmParts = {
  readonly config: StageConfig;
  readonly resources: StageResources;
  readonly listeners: readonly Listener[];
};

export function declareAlarms({ config, resources, listeners }: AlarmParts): void {
  const deadLetters: Row = {
    name: "dead-letters",
    means: "Something was given up and waits for a person in the dead letters. docs/runbooks.",
    metric: waitingIn(resources.deadLetters),
    above: 0,
    minutes: 5,
  };
  for (const row of [...promises, deadLetters, ...listeners.map(edgeRow)]) declareAlarm(row, config);
}

function declareAlarm(row: Row, { alarmTopicArn }: StageConfig): void {
  const { namespace, metricName, dimensions, statistic } = row.metric;
  new aws.cloudwatch.MetricAlarm(`${logical(row.name)}Alarm`, {
    name: named(row.name),
    alarmDescription: row.means,
    namespace,
    metricName,
    dimensions: { ...dimensions },
    ...(statistic === "p99" ? { extendedStatistic: statistic } : { statistic }),
    ...(row.below === undefined
      ? { comparisonOperator: "GreaterThanThreshold", threshold: row.above ?? 0 }
      : { comparisonOperator: "LessThanThreshold", threshold: row.below }),
    period: row.minutes * 60,
    evaluationPeriods: row.periods ?? 1,
    treatMissingData: row.silence ?? "notBreaching",
    alarmActions: alarmTopicArn === undefined ? [] : [alarmTopicArn],
    okActions: alarmTopicArn === undefined ? [] : [alarmTopicArn],
  });
}
