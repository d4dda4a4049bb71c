// What the CloudFront runtime `cloudfront-js-2.0` documents: the syntax tree nodes, globals and modules a
// function may use. An allow list: whatever the page does not name is refused.
// Source: DG functions-javascript-runtime-20.html (ES5.1, always strict, plus a short list of later features).

export const supportedNodes: ReadonlySet<string> = new Set([
  // ES5.1 statements and declarations.
  ...["Program", "ExpressionStatement", "BlockStatement", "EmptyStatement", "ReturnStatement"],
  ...[
    "LabeledStatement",
    "BreakStatement",
    "ContinueStatement",
    "IfStatement",
    "SwitchStatement",
    "SwitchCase",
  ],
  ...["ThrowStatement", "TryStatement", "CatchClause", "WhileStatement", "DoWhileStatement", "ForStatement"],
  ...["ForInStatement", "FunctionDeclaration", "VariableDeclaration", "VariableDeclarator"],
  // ES5.1 expressions.
  ...["ThisExpression", "ArrayExpression", "ObjectExpression", "Property", "FunctionExpression"],
  ...["UnaryExpression", "UpdateExpression", "BinaryExpression", "AssignmentExpression", "LogicalExpression"],
  ...["MemberExpression", "ConditionalExpression", "CallExpression", "NewExpression", "SequenceExpression"],
  ...["Identifier", "Literal"],
  // Later features that the page names.
  ...["ArrowFunctionExpression", "AwaitExpression", "RestElement", "TemplateLiteral", "TemplateElement"],
  ...["ImportDeclaration", "ImportDefaultSpecifier"],
]);

export const supportedOperators: ReadonlySet<string> = new Set([
  ...["=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", ">>>=", "&=", "|=", "^="],
  ...["==", "!=", "===", "!==", "<", "<=", ">", ">=", "<<", ">>", ">>>", "+", "-", "*", "/", "%", "**"],
  ...["|", "^", "&", "in", "instanceof", "&&", "||", "!", "~", "typeof", "void", "delete", "++", "--"],
]);

// `Function` and `eval` exist but throw; `Map`, `Set`, `Proxy`, `BigInt`, timers and `process` do not exist.
export const supportedGlobals: ReadonlySet<string> = new Set([
  ...[
    "undefined",
    "NaN",
    "Infinity",
    "globalThis",
    "arguments",
    "isFinite",
    "isNaN",
    "parseInt",
    "parseFloat",
  ],
  ...["decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "console", "require"],
  ...[
    "Object",
    "Boolean",
    "Number",
    "String",
    "Array",
    "Math",
    "Date",
    "RegExp",
    "JSON",
    "Symbol",
    "Promise",
  ],
  ...[
    "Error",
    "EvalError",
    "InternalError",
    "RangeError",
    "ReferenceError",
    "SyntaxError",
    "TypeError",
    "URIError",
  ],
  ...["ArrayBuffer", "DataView", "TextEncoder", "TextDecoder", "Buffer", "atob", "btoa"],
  ...[
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
  ],
  ...["Float32Array", "Float64Array"],
]);

export const supportedModules: ReadonlySet<string> = new Set([
  "cloudfront",
  "crypto",
  "querystring",
  "buffer",
]);
