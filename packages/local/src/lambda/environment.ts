// The environment of a sandbox: the function's own variables and those that Lambda sets, nothing of this process.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
import { defaultMemoryMegabytes, type FunctionDefinition } from "./function-definition.ts";

const reservedNames: ReadonlySet<string> = new Set([
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_LAMBDA_RUNTIME_API",
  "LAMBDA_TASK_ROOT",
  "LAMBDA_RUNTIME_DIR",
]);
const maxEnvironmentBytes = 4096;

/** Throws on what CreateFunction would refuse, so that a stack which starts here can also be deployed. */
export function assertDeployable(definition: FunctionDefinition): void {
  const { name, timeoutSeconds, memoryMegabytes = defaultMemoryMegabytes } = definition;
  const refuse = (reason: string): never => {
    throw new Error(`function ${name}: ${reason}`);
  };
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) refuse("the name must be 1 to 64 letters, digits, - or _");
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1 || timeoutSeconds > 900) {
    refuse("timeoutSeconds must be an integer from 1 to 900");
  }
  if (!Number.isInteger(memoryMegabytes) || memoryMegabytes < 128 || memoryMegabytes > 10_240) {
    refuse("memoryMegabytes must be an integer from 128 to 10240");
  }
  for (const variable of Object.keys(definition.environment)) {
    if (reservedNames.has(variable)) refuse(`${variable} is reserved by Lambda`);
    if (!/^[A-Za-z]\w+$/.test(variable)) refuse(`${variable} is not a valid variable name`);
  }
  if (Buffer.byteLength(JSON.stringify(definition.environment)) > maxEnvironmentBytes) {
    refuse(`its environment is over ${maxEnvironmentBytes} bytes`);
  }
}

/** The whole environment of one sandbox. The key id alone tells the local servers which role is calling. */
export function sandboxEnvironment(
  definition: FunctionDefinition,
  place: { readonly region: string; readonly logStream: string },
): Readonly<Record<string, string>> {
  return {
    LANG: "en_US.UTF-8",
    TZ: "UTC",
    ...definition.environment,
    _HANDLER: `${bundleName(definition.bundlePath)}.${definition.handler}`,
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes ?? defaultMemoryMegabytes),
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: place.logStream,
    AWS_ACCESS_KEY_ID: definition.accessKeyId,
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_SESSION_TOKEN: "local",
    LAMBDA_TASK_ROOT: "/var/task",
    LAMBDA_RUNTIME_DIR: "/var/runtime",
  };
}

function bundleName(path: string): string {
  return path.replace(/^.*[\\/]/, "").replace(/\.mjs$/, "");
}
