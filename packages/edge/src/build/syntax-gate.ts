// Refuses source that the CloudFront runtime `cloudfront-js-2.0` does not document. Deploying such a file can
// fail at publish, or worse, throw at the edge, where an exception refuses every client.

import { type Node, parse } from "acorn";
import {
  supportedGlobals,
  supportedModules,
  supportedNodes,
  supportedOperators,
} from "./runtime-language.ts";

/** The fields of acorn's nodes that the gate looks at; which of them exist depends on `type`. */
type SyntaxNode = Node & {
  readonly name?: unknown;
  readonly operator?: unknown;
  readonly async?: unknown;
  readonly generator?: unknown;
  readonly shorthand?: unknown;
  readonly method?: unknown;
  readonly computed?: unknown;
  readonly param?: unknown;
  readonly bigint?: unknown;
  readonly value?: unknown;
  readonly regex?: { readonly pattern: string; readonly flags: string };
  readonly source?: SyntaxNode;
};

/** One step of the way from the program to a node: the parent, and the field that holds the child. */
type Step = { readonly parent: SyntaxNode; readonly field: string };

/** Findings in source order, such as `line 3: ForOfStatement`; empty when the documented list covers `source`. */
export function findUnsupportedSyntax(source: string): readonly string[] {
  let program: SyntaxNode;
  try {
    program = parse(source, { ecmaVersion: "latest", sourceType: "module", locations: true });
  } catch (error) {
    return [`does not parse: ${error instanceof Error ? error.message : String(error)}`];
  }
  const findings: string[] = [];
  const declared = new Set<unknown>(supportedGlobals);
  const references: SyntaxNode[] = [];
  const report = (node: SyntaxNode, text: string) => findings.push(`line ${node.loc?.start.line}: ${text}`);
  visit(program, [], (node, path) => {
    const complaint = complainAbout(node, path);
    if (complaint !== undefined) report(node, complaint);
    if (node.type !== "Identifier") return;
    if (declares(path.at(-1))) declared.add(node.name);
    else if (refers(path.at(-1))) references.push(node);
  });
  // Scopes are not told apart, a name declared anywhere counts everywhere: this looks for globals that the runtime lacks.
  for (const node of references) if (!declared.has(node.name)) report(node, `global ${node.name}`);
  return findings;
}

function complainAbout(node: SyntaxNode, path: readonly Step[]): string | undefined {
  if (!supportedNodes.has(node.type)) return node.type;
  if (typeof node.operator === "string" && !supportedOperators.has(node.operator))
    return `operator ${node.operator}`;
  switch (node.type) {
    case "Property":
      return node.shorthand || node.method || node.computed
        ? "property shorthand or computed name"
        : undefined;
    case "CatchClause":
      return isNode(node.param) ? undefined : "catch without a binding";
    case "Literal":
      return complainAboutLiteral(node);
    case "AwaitExpression":
      return complainAboutAwait(path);
    case "ImportDeclaration":
      return supportedModules.has(String(node.source?.value)) ? undefined : `import of ${node.source?.value}`;
    default:
      if (node.generator === true) return "generator";
      return node.async === true && isNested(path) ? "async closure or argument" : undefined;
  }
}

function complainAboutLiteral({ bigint, regex }: SyntaxNode): string | undefined {
  if (typeof bigint === "string") return "BigInt literal";
  if (regex === undefined) return undefined;
  if (/[^gim]/.test(regex.flags)) return `regular expression flag ${regex.flags}`;
  // ES5.1 plus named groups: no look-behind, no inline modifiers. \p{} and \u{} need the flag u, refused above.
  return /\(\?(?![:=!]|<[A-Za-z_$])/.test(regex.pattern) ? "regular expression group" : undefined;
}

// njs, which the runtime resembles, refuses `f(await g())` when it parses.
function complainAboutAwait(path: readonly Step[]): string | undefined {
  const enclosing = path.findLastIndex(step => isFunction(step.parent));
  if (enclosing < 0) return "await outside a function";
  return path.slice(enclosing).some(isArgument) ? "await in an argument" : undefined;
}

// The page: "async arguments and closures are not supported".
function isNested(path: readonly Step[]): boolean {
  return path.some(step => isFunction(step.parent) || isArgument(step));
}

function visit(
  node: SyntaxNode,
  path: readonly Step[],
  act: (node: SyntaxNode, path: readonly Step[]) => void,
): void {
  act(node, path);
  for (const [field, value] of Object.entries(node))
    for (const child of Array.isArray(value) ? value : [value])
      if (isNode(child)) visit(child, [...path, { parent: node, field }], act);
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function isFunction(node: SyntaxNode): boolean {
  return /Function/.test(node.type);
}

function isArgument({ field }: Step): boolean {
  return field === "arguments";
}

function declares(step: Step | undefined): boolean {
  if (step === undefined) return false;
  if (isFunction(step.parent)) return step.field === "id" || step.field === "params";
  if (step.parent.type === "VariableDeclarator") return step.field === "id";
  return ["RestElement", "CatchClause", "ImportDefaultSpecifier"].includes(step.parent.type);
}

function refers(step: Step | undefined): boolean {
  if (step?.parent.type === "MemberExpression")
    return step.field === "object" || step.parent.computed === true;
  if (step?.parent.type === "Property") return step.field === "value";
  return !["LabeledStatement", "BreakStatement", "ContinueStatement"].includes(step?.parent.type ?? "");
}
