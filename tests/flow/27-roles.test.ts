// Each function's role on the local cloud: its credentials open what it needs and nothing else, at every service, and a
// function whose role lacks something answers that the service does not, which may be repeated.
import { ACMClient, ImportCertificateCommand } from "@aws-sdk/client-acm";
import { ACMPCAClient, IssueCertificateCommand, RevokeCertificateCommand } from "@aws-sdk/client-acm-pca";
import { UpdateKeysCommand } from "@aws-sdk/client-cloudfront-keyvaluestore";
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keyValueStore } from "#aws/edge-store/key-value-store.ts";
import { templateArn } from "#core/profile/profile.ts";
import type { FunctionName } from "#functions/catalogue/function-catalogue.ts";
import { accessKeyOf } from "#local/access/authorise.ts";
import {
  accountId,
  auditReportsBucket,
  busName,
  queueNames,
  region,
  tableName,
} from "#local/cloud/settings.ts";
import { callApi } from "#local/demo/api-client.ts";
import { makeKeyAndCsr } from "#local/demo/key-and-csr.ts";
import { registerAuthority, startTestCloud, type TestCloud } from "#support/local-cloud.ts";
import { kvsClient } from "../contract/key-value-store/subject.ts";

let cloud: TestCloud;
let csr: string;

beforeAll(async () => {
  cloud = await startTestCloud();
  await registerAuthority(cloud);
  ({ csr } = await makeKeyAndCsr("stranger"));
});
afterAll(() => cloud.stop());

const as = (name: FunctionName | "operator") => ({
  region,
  maxAttempts: 1,
  credentials: { accessKeyId: accessKeyOf(name), secretAccessKey: "local" },
});

/** `allowed`, or the name of the error: what the service thinks of the request otherwise is its own affair. */
async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "allowed";
  } catch (error) {
    return error instanceof Error ? error.name : "?";
  }
}

const dynamoDb = (name: FunctionName | "operator") =>
  new DynamoDBClient({ ...as(name), endpoint: cloud.urls.dynamodb });
const row = (pk: string) => ({ pk: { S: pk }, sk: { S: "X" } });
const get = (pk: string) => new GetItemCommand({ TableName: tableName, Key: row(pk) });

describe("a function's credentials in the table", () => {
  it("open the partitions that it needs, and no other", async () => {
    const client = dynamoDb("get-edge");
    expect(await outcome(client.send(get("EDGE")))).toBe("allowed");
    expect(await outcome(client.send(get("ORIGIN")))).toBe("AccessDeniedException");
    const update = new UpdateItemCommand({ TableName: tableName, Key: row("EDGE") });
    expect(await outcome(client.send(update))).toBe("AccessDeniedException");
    expect(await outcome(client.send(new ScanCommand({ TableName: tableName })))).toBe(
      "AccessDeniedException",
    );
  });

  it("query an index by the partitions that it needs", async () => {
    const due = (pk: string) =>
      new QueryCommand({
        TableName: tableName,
        IndexName: "byDue",
        KeyConditionExpression: "duePk = :pk",
        ExpressionAttributeValues: { ":pk": { S: pk } },
      });
    expect(await outcome(dynamoDb("sweep-due").send(due("DUE#2026-01-01#0")))).toBe("allowed");
    expect(await outcome(dynamoDb("sweep-due").send(due("CA-REVOCATION#0")))).toBe("AccessDeniedException");
  });

  it("put an audit record and never change one, alone or in a transaction", async () => {
    const client = dynamoDb("put-lot");
    const Update = { TableName: tableName, Key: row("AUDIT#m1"), UpdateExpression: "SET actor = :a" };
    const values = { ExpressionAttributeValues: { ":a": { S: "nobody" } } };
    expect(await outcome(client.send(new UpdateItemCommand({ ...Update, ...values })))).toBe(
      "AccessDeniedException",
    );
    const transaction = new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName: tableName, Item: row("AUDIT#x") } },
        { Update: { ...Update, ...values } },
      ],
    });
    expect(await outcome(client.send(transaction))).toBe("AccessDeniedException");
    const put = new PutItemCommand({ TableName: tableName, Item: row("AUDIT#x") });
    expect(await outcome(client.send(put))).toBe("allowed");
  });

  it("are told which action on which resource they lack, as IAM says it", async () => {
    const error = await dynamoDb("get-edge")
      .send(get("ORIGIN"))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      $metadata: { httpStatusCode: 400 },
      message: expect.stringContaining(
        `User: arn:aws:sts::${accountId}:assumed-role/get-edge/get-edge is not authorized to perform: ` +
          `dynamodb:GetItem on resource: arn:aws:dynamodb:${region}:${accountId}:table/${tableName} because`,
      ),
    });
  });

  it("are an administrator's when they are no function's", async () => {
    expect(
      await outcome(dynamoDb("operator").send(new ScanCommand({ TableName: tableName, Limit: 1 }))),
    ).toBe("allowed");
  });
});

describe("a function's credentials at a CA", () => {
  const issue = (caArn: string, template = templateArn) =>
    new IssueCertificateCommand({
      CertificateAuthorityArn: caArn,
      Csr: Buffer.from(csr),
      SigningAlgorithm: "SHA256WITHECDSA",
      TemplateArn: template,
      Validity: { Type: "DAYS", Value: 1 },
    });
  const pca = (name: FunctionName) => new ACMPCAClient({ ...as(name), endpoint: cloud.urls.pca });

  it("issue from the issuing CAs by the pinned template alone", async () => {
    const { issuing, origin, root } = cloud.hierarchy;
    const client = pca("post-certificates");
    expect(await outcome(client.send(issue(issuing.arn)))).toBe("allowed");
    const smuggling = templateArn.replace("APIPassthrough", "APICSRPassthrough");
    expect(await outcome(client.send(issue(issuing.arn, smuggling)))).toBe("AccessDeniedException");
    expect(await outcome(client.send(issue(origin.arn)))).toBe("AccessDeniedException");
    expect(await outcome(client.send(issue(root.arn)))).toBe("AccessDeniedException");
    expect(await outcome(pca("revoke-at-ca").send(issue(issuing.arn)))).toBe("AccessDeniedException");
  });

  it("do not revoke what they issue", async () => {
    const revoke = new RevokeCertificateCommand({
      CertificateAuthorityArn: cloud.hierarchy.issuing.arn,
      CertificateSerial: "0a",
      RevocationReason: "SUPERSEDED",
    });
    expect(await outcome(pca("post-certificates").send(revoke))).toBe("AccessDeniedException");
    expect(await outcome(pca("revoke-at-ca").send(revoke))).toBe("ResourceNotFoundException");
  });
});

it("a function's credentials do nothing else at the other services", async () => {
  const QueueUrl = `${cloud.urls.queues}/${accountId}/${queueNames.enrolmentQueue}`;
  const sqs = (name: FunctionName) => new SQSClient({ ...as(name), endpoint: cloud.urls.queues });
  const s3 = (name: FunctionName) =>
    new S3Client({ ...as(name), endpoint: cloud.urls.queues, forcePathStyle: true });
  const object = { Bucket: auditReportsBucket, Key: "audit-report/x.json" };
  const events = new EventBridgeClient({ ...as("get-edge"), endpoint: cloud.urls.eventBus });
  const Entries = [{ EventBusName: busName, Source: "edgecert", DetailType: "x", Detail: "{}" }];
  const pem = Buffer.from("x");
  const acm = new ACMClient({ ...as("rotate-origin-certificate"), endpoint: cloud.urls.acm });
  const newOne = new ImportCertificateCommand({ Certificate: pem, PrivateKey: pem });
  const calls = {
    depth: sqs("get-enrolment").send(new GetQueueAttributesCommand({ QueueUrl })),
    message: sqs("get-enrolment").send(new SendMessageCommand({ QueueUrl, MessageBody: "{}" })),
    report: s3("reconcile-ca").send(new GetObjectCommand(object)),
    object: s3("reconcile-ca").send(new PutObjectCommand({ ...object, Body: "x".repeat(100_000) })),
    events: events.send(new PutEventsCommand({ Entries })),
    import: acm.send(newOne),
  };
  const found = Object.entries(calls).map(async ([name, call]) => [name, await outcome(call)]);
  expect(Object.fromEntries(await Promise.all(found))).toEqual({
    depth: "allowed",
    message: expect.stringMatching(/^AccessDenied/),
    report: "NoSuchKey",
    object: "AccessDenied",
    events: "AccessDeniedException",
    import: "AccessDeniedException",
  });
});

it("the proof reads the edge store and cannot write it", async () => {
  const client = kvsClient(cloud.urls.keyValueStore, accessKeyOf("prove-edge"));
  const store = keyValueStore(client, cloud.services.storeArn);
  const tag = await store.readTag();
  const write = new UpdateKeysCommand({
    KvsARN: cloud.services.storeArn,
    IfMatch: tag,
    Puts: [{ Key: "x", Value: "y" }],
  });
  await expect(client.send(write)).rejects.toMatchObject({
    name: "AccessDeniedException",
    $metadata: { httpStatusCode: 403 },
  });
});

describe("a function whose role lacks a grant", () => {
  it("answers that the registry does not, says when to repeat, and shows nothing of the role", async () => {
    const operator = await cloud.operator();
    const { table } = cloud.services.arns.current();
    cloud.services.arns.learn({ table: [] });
    const refused = await callApi(operator, { path: "/v1/edge" });
    cloud.services.arns.learn({ table });
    expect(refused).toMatchObject({ status: 503, body: { code: "registry.unavailable" } });
    expect(refused.headers["retry-after"]).toBe("5");
    expect(JSON.stringify(refused.body)).not.toMatch(/arn:|dynamodb|assumed-role/i);
    expect((await callApi(operator, { path: "/v1/edge" })).status).toBe(200);
  });

  it("answers the same of the edge store", async () => {
    const operator = await cloud.operator();
    const { edgeStore } = cloud.services.arns.current();
    cloud.services.arns.learn({ edgeStore: [] });
    const refused = await callApi(operator, { path: "/v1/edge/reconcile", method: "POST", body: {} });
    cloud.services.arns.learn({ edgeStore });
    expect(refused).toMatchObject({ status: 503, body: { code: "edge_store.unavailable" } });
  });
});
