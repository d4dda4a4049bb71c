// The origins of a distribution: which cache behaviour a URL falls under, and the connections to its origin.
import type { DistributionConfig } from "../distribution-config.ts";
import { createOriginClient, type OriginClient } from "./origin-client.ts";

export type Origins = { readonly originFor: (url: string) => OriginClient; readonly close: () => void };

export function openOrigins({ origin, behaviours = [] }: DistributionConfig): Origins {
  const ordered = behaviours.map(behaviour => ({
    pattern: toPattern(behaviour.pathPattern),
    client: createOriginClient(behaviour.origin),
  }));
  const otherwise = createOriginClient(origin);
  return {
    originFor: url => {
      const path = url.split("?", 1)[0] ?? "";
      return ordered.find(({ pattern }) => pattern.test(path))?.client ?? otherwise;
    },
    close: () => {
      for (const { client } of [...ordered, { client: otherwise }]) client.close();
    },
  };
}

function toPattern(pathPattern: string): RegExp {
  const literal = pathPattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}
