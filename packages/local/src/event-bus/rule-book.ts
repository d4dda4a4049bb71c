// Buses, rules and targets in SQLite: what is there, nothing about who may ask or what an answer looks like.
import type { DatabaseSync } from "node:sqlite";
import type { Target } from "./input.ts";

export type Bus = {
  readonly name: string;
  readonly description: string | null;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
};

export type Rule = {
  readonly bus: string;
  readonly name: string;
  readonly pattern: string;
  readonly state: string;
  readonly description: string | null;
  readonly roleArn: string | null;
};

export type RuleBook = ReturnType<typeof openRuleBook>;

export const ruleBookSchema = `
  CREATE TABLE IF NOT EXISTS bus (
    name TEXT PRIMARY KEY, description TEXT, createdAtMs INTEGER NOT NULL, modifiedAtMs INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS rule (
    bus TEXT NOT NULL, name TEXT NOT NULL, pattern TEXT NOT NULL, state TEXT NOT NULL, description TEXT, roleArn TEXT,
    PRIMARY KEY (bus, name));
  CREATE TABLE IF NOT EXISTS target (
    bus TEXT NOT NULL, rule TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (bus, rule, id));
`;

/** Rows are read by the names and types of the schema above; the casts below rest on it. */
export function openRuleBook(database: DatabaseSync) {
  const statement = (sql: string) => database.prepare(sql);
  const bus = statement("SELECT * FROM bus WHERE name = ?");
  const buses = statement("SELECT * FROM bus ORDER BY name");
  const addBus = statement("INSERT INTO bus VALUES (?, ?, ?, ?)");
  const removeBus = statement("DELETE FROM bus WHERE name = ?");
  const rule = statement("SELECT * FROM rule WHERE bus = ? AND name = ?");
  const rules = statement("SELECT * FROM rule WHERE bus = ? ORDER BY name");
  const putRule = statement("INSERT OR REPLACE INTO rule VALUES (?, ?, ?, ?, ?, ?)");
  const removeRule = statement("DELETE FROM rule WHERE bus = ? AND name = ?");
  const targets = statement("SELECT body FROM target WHERE bus = ? AND rule = ? ORDER BY id");
  const putTarget = statement("INSERT OR REPLACE INTO target VALUES (?, ?, ?, ?)");
  const removeTarget = statement("DELETE FROM target WHERE bus = ? AND rule = ? AND id = ?");
  return {
    bus: (name: string) => bus.get(name) as Bus | undefined,
    buses: () => buses.all() as unknown as readonly Bus[],
    addBus: (row: Bus) => addBus.run(row.name, row.description, row.createdAtMs, row.modifiedAtMs),
    removeBus: (name: string) => removeBus.run(name).changes > 0,
    rule: (busName: string, name: string) => rule.get(busName, name) as Rule | undefined,
    rules: (busName: string) => rules.all(busName) as unknown as readonly Rule[],
    putRule: (row: Rule) =>
      putRule.run(row.bus, row.name, row.pattern, row.state, row.description, row.roleArn),
    removeRule: (busName: string, name: string) => removeRule.run(busName, name),
    targets: (of: Pick<Rule, "bus" | "name">): readonly Target[] =>
      targets.all(of.bus, of.name).map(({ body }) => JSON.parse(String(body)) as Target),
    putTarget: (of: Rule, target: Target) =>
      putTarget.run(of.bus, of.name, target.Id, JSON.stringify(target)),
    removeTarget: (of: Rule, id: string) => removeTarget.run(of.bus, of.name, id).changes > 0,
  };
}
