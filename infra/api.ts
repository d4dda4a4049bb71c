// The HTTP API: a route per function of the catalogue, reached through CloudFront only. The gateway has the viewers' own
// domains, asks for CloudFront's origin certificate on them, and has no other address.
import { apiRoutes, type FunctionName } from "#functions/catalogue/function-catalogue.ts";
import type { StageConfig } from "./config.ts";
import type { Functions } from "./functions.ts";
import { logical, named } from "./names.ts";
import { operatorScope } from "./operator-routes.ts";

export type ApiParts = {
  readonly config: StageConfig;
  readonly functions: Functions;
  /** PEM in S3: the origin CA alone. */
  readonly originTrust: aws.s3.BucketObjectv2;
};

/** Answers where CloudFront finds each domain. */
export function declareApi({ config, functions, originTrust }: ApiParts) {
  const api = new aws.apigatewayv2.Api("Api", {
    name: named("api"),
    protocolType: "HTTP",
    disableExecuteApiEndpoint: true,
  });
  const stage = declareStage(api);
  declareRoutes(api, declareAuthorizer(api, config), functions);
  const at = (what: "api" | "renewal") => {
    const domain = declareDomain(what, config, originTrust);
    new aws.apigatewayv2.ApiMapping(`${logical(what)}Mapping`, {
      apiId: api.id,
      domainName: domain.domainName,
      stage: stage.name,
    });
    return domain.domainNameConfiguration.targetDomainName;
  };
  return { api: at("api"), renewal: at("renewal") };
}

function declareStage(api: aws.apigatewayv2.Api) {
  const log = new aws.cloudwatch.LogGroup("ApiLog", {
    name: `/aws/vendedlogs/${named("api")}`,
    retentionInDays: 90,
  });
  return new aws.apigatewayv2.Stage("ApiStage", {
    apiId: api.id,
    name: "$default",
    autoDeploy: true,
    defaultRouteSettings: { throttlingRateLimit: 1_000, throttlingBurstLimit: 2_000 },
    accessLogSettings: {
      destinationArn: log.arn,
      // No header and no query: tokens and names stay out.
      format: JSON.stringify({
        time: "$context.requestTimeEpoch",
        requestId: "$context.requestId",
        route: "$context.routeKey",
        status: "$context.status",
        latencyMs: "$context.responseLatency",
        error: "$context.error.message",
      }),
    },
  });
}

function declareAuthorizer(api: aws.apigatewayv2.Api, { operators }: StageConfig) {
  return new aws.apigatewayv2.Authorizer("Operators", {
    apiId: api.id,
    name: named("operators"),
    authorizerType: "JWT",
    identitySources: ["$request.header.Authorization"],
    jwtConfiguration: { issuer: operators.issuer, audiences: [operators.audience] },
  });
}

function declareRoutes(
  api: aws.apigatewayv2.Api,
  authorizer: aws.apigatewayv2.Authorizer,
  functions: Functions,
): void {
  const routes = apiRoutes();
  for (const name of new Set(routes.map(({ functionName }) => functionName))) {
    // The catalogue's own names, which `apiRoutes` has widened.
    const { arn } = functions[name as FunctionName];
    const integration = new aws.apigatewayv2.Integration(`${logical(name)}Integration`, {
      apiId: api.id,
      integrationType: "AWS_PROXY",
      integrationUri: arn,
      payloadFormatVersion: "2.0",
      timeoutMilliseconds: 30_000,
    });
    new aws.lambda.Permission(`${logical(name)}RoutePermission`, {
      action: "lambda:InvokeFunction",
      function: arn,
      principal: "apigateway.amazonaws.com",
      // Any stage, method and path of this one API.
      sourceArn: $interpolate`${api.executionArn}/*/*`,
    });
    for (const { routeKey } of routes.filter(({ functionName }) => functionName === name)) {
      declareRoute(api, authorizer, integration, routeKey);
    }
  }
}

function declareRoute(
  api: aws.apigatewayv2.Api,
  authorizer: aws.apigatewayv2.Authorizer,
  integration: aws.apigatewayv2.Integration,
  routeKey: string,
): void {
  const scope = operatorScope(routeKey);
  new aws.apigatewayv2.Route(`Route${logical(routeKey.toLowerCase().replace(/[^a-z0-9]+/g, "-"))}`, {
    apiId: api.id,
    routeKey,
    target: $interpolate`integrations/${integration.id}`,
    ...(scope === undefined
      ? { authorizationType: "NONE" }
      : { authorizationType: "JWT", authorizerId: authorizer.id, authorizationScopes: [scope] }),
  });
}

function declareDomain(what: "api" | "renewal", config: StageConfig, trust: aws.s3.BucketObjectv2) {
  return new aws.apigatewayv2.DomainName(`${logical(what)}Domain`, {
    domainName: config.domains[what],
    domainNameConfiguration: {
      certificateArn: config.viewerCertificateArn,
      endpointType: "REGIONAL",
      securityPolicy: "TLS_1_2",
    },
    mutualTlsAuthentication: {
      truststoreUri: $interpolate`s3://${trust.bucket}/${trust.key}`,
      truststoreVersion: trust.versionId,
    },
  });
}
