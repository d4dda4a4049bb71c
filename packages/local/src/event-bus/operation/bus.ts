// Operations on event buses. The default bus is always there.
import { parseInput } from "../../pca/input/constraint.ts";
import { AwsError, type Operation } from "../../wire/aws-json.ts";
import type { Clock } from "../../wire/clock.ts";
import {
  createEventBusInput,
  deleteEventBusInput,
  describeEventBusInput,
  listEventBusesInput,
} from "../input.ts";
import { type Account, busArn, busNameOf, defaultBus } from "../names.ts";
import { pageOf } from "../page.ts";
import type { Bus, RuleBook } from "../rule-book.ts";

export type Deps = { readonly account: Account; readonly book: RuleBook; readonly clock: Clock };

// Default quota of an account and region.
const maxBuses = 100;

export function busOperations({ account, book, clock }: Deps) {
  return {
    CreateEventBus: input => {
      const { Name, Description } = parseInput(createEventBusInput, input);
      if (Name.includes("/"))
        throw new AwsError("ValidationException", "Event bus name must not contain '/'.");
      if (book.bus(Name) !== undefined) {
        throw new AwsError("ResourceAlreadyExistsException", `Event bus ${Name} already exists.`);
      }
      if (book.buses().length >= maxBuses) throw limitExceeded();
      const nowMs = clock.now().getTime();
      book.addBus({ name: Name, description: Description ?? null, createdAtMs: nowMs, modifiedAtMs: nowMs });
      return { EventBusArn: busArn(account, Name), ...(Description === undefined ? {} : { Description }) };
    },
    DescribeEventBus: input => shown(account, knownBus(book, parseInput(describeEventBusInput, input).Name)),
    ListEventBuses: input => {
      const request = parseInput(listEventBusesInput, input);
      const matching = book.buses().filter(bus => bus.name.startsWith(request.NamePrefix ?? ""));
      const { items, token } = pageOf(matching, bus => bus.name, request);
      return { EventBuses: items.map(bus => shown(account, bus)), ...token };
    },
    DeleteEventBus: input => {
      const { Name } = parseInput(deleteEventBusInput, input);
      if (Name === defaultBus) throw new AwsError("ValidationException", "Cannot delete event bus default.");
      const bus = knownBus(book, Name);
      // "All rules associated with this event bus need to be deleted" (API reference).
      if (book.rules(bus.name).length > 0) {
        throw new AwsError("ValidationException", `Event bus ${Name} can't be deleted since it has rules.`);
      }
      book.removeBus(bus.name);
    },
  } satisfies Record<string, Operation>;
}

/** The bus that a request means. Throws ResourceNotFoundException. */
export function knownBus(book: RuleBook, nameOrArn: string | undefined): Bus {
  const name = busNameOf(nameOrArn);
  const bus = book.bus(name);
  if (bus === undefined) throw new AwsError("ResourceNotFoundException", `Event bus ${name} does not exist.`);
  return bus;
}

export function limitExceeded(): AwsError {
  return new AwsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.");
}

function shown(account: Account, bus: Bus) {
  return {
    Name: bus.name,
    Arn: busArn(account, bus.name),
    ...(bus.description === null ? {} : { Description: bus.description }),
    CreationTime: bus.createdAtMs / 1000,
    LastModifiedTime: bus.modifiedAtMs / 1000,
  };
}
