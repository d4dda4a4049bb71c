// Which route of an HTTP API takes a request. Pure.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html

/** Stands for an `authorizationType: JWT` on the route. */
export type JwtAuthorizer = {
  readonly kind: "jwt";
  readonly issuer: string;
  readonly audience: readonly string[];
  /** The token needs at least one of them; none asks for none. */
  readonly scopes?: readonly string[];
};

export type RouteDefinition = {
  /** `METHOD /path/{name}/{rest+}`, `ANY /path` or `$default`. */
  readonly routeKey: string;
  readonly functionName: string;
  readonly authorizer?: JwtAuthorizer;
};

export type Route = RouteDefinition & { readonly method: string; readonly segments: readonly string[] };

export type RouteMatch = {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>>;
};

/** Parses the table; throws on a key that CreateRoute would refuse and on duplicates. */
export function parseRoutes(definitions: readonly RouteDefinition[]): readonly Route[] {
  const keys = definitions.map(({ routeKey }) => routeKey);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new Error(`route ${twice} is defined twice`);
  return definitions.map(definition => {
    if (definition.routeKey === "$default")
      return { ...definition, method: "ANY", segments: ["{$default+}"] };
    const match = /^(ANY|GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\/\S*)$/.exec(definition.routeKey);
    const [, method, path] = match ?? [];
    if (method === undefined || path === undefined) throw new Error(`${definition.routeKey} is no route key`);
    const segments = path.split("/").slice(1);
    if (segments.slice(0, -1).some(isGreedy)) {
      throw new Error(`${definition.routeKey} has a greedy parameter before its end`);
    }
    return { ...definition, method, segments };
  });
}

/** The most specific match: an exact path before a variable, a variable before a greedy one, `$default` last. */
export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch | undefined {
  const parts = path.split("/").slice(1);
  let best: { readonly match: RouteMatch; readonly rank: string } | undefined;
  for (const route of routes) {
    if (route.method !== "ANY" && route.method !== method) continue;
    const pathParameters = bind(route.segments, parts);
    if (pathParameters === undefined) continue;
    const rank = rankOf(route);
    if (best === undefined || rank < best.rank) best = { match: { route, pathParameters }, rank };
  }
  return best?.match;
}

function bind(
  segments: readonly string[],
  parts: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const last = segments.at(-1);
  const greedy = last !== undefined && isGreedy(last);
  if (greedy ? parts.length < segments.length : parts.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index] ?? "";
    const name = /^\{([^+}]+)\+?\}$/.exec(segment)?.[1];
    if (name === undefined) {
      if (segment !== part) return undefined;
    } else if (isGreedy(segment)) {
      if (name !== "$default") parameters[name] = parts.slice(index).join("/");
    } else {
      if (part === "") return undefined;
      parameters[name] = part;
    }
  }
  return parameters;
}

/** Compares as text, lower first: one letter for each segment, then the method, exact before ANY. */
function rankOf({ segments, method, routeKey }: Route): string {
  if (routeKey === "$default") return "z";
  const shape = segments.map(segment => (isGreedy(segment) ? "c" : segment.startsWith("{") ? "b" : "a"));
  return `${shape.join("")}${method === "ANY" ? "2" : "1"}`;
}

function isGreedy(segment: string): boolean {
  return segment.startsWith("{") && segment.endsWith("+}");
}
