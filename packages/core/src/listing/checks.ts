// What a listing checks of each row that its source has not decided already. A new filter is a row here.
import type { ListedCertificate, ListFilter } from "./listing.ts";
import type { Source } from "./scope.ts";

export type FilterName = keyof ListFilter;

type Check = (certificate: ListedCertificate) => boolean;

const tests = {
  tenant: wanted => certificate => certificate.tenant === wanted,
  holder: wanted => certificate => certificate.holder === wanted,
  lot: wanted => certificate => certificate.lot === wanted,
  authorityId: wanted => certificate => certificate.authorityId === wanted,
  state: wanted => certificate => certificate.state === wanted,
  expiresBefore: wanted => certificate => certificate.notAfter < wanted,
} as const satisfies { readonly [N in FilterName]: (wanted: NonNullable<ListFilter[N]>) => Check };

const decidedBy = {
  holder: ["tenant", "holder"],
  lot: ["tenant", "lot"],
  tenant: ["tenant"],
  authority: ["authorityId"],
} as const satisfies Record<Source["kind"], readonly FilterName[]>;

export const filterNames = Object.keys(tests) as readonly FilterName[];

/** None: every row of the source is wanted. Without a source nothing is decided yet. */
export function checksFor(filter: ListFilter, source?: Source): readonly Check[] {
  const decided: readonly FilterName[] = source === undefined ? [] : decidedBy[source.kind];
  return filterNames
    .filter(name => !decided.includes(name))
    .flatMap(name => {
      const wanted = filter[name];
      // The test and the value are of the same name, which an index type cannot express.
      return wanted === undefined ? [] : [(tests[name] as (wanted: unknown) => Check)(wanted)];
    });
}
