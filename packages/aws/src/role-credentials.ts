// The credentials of a Lambda function's role: in its environment, fixed for the life of its sandbox, and nowhere else.
// Bundles get this in place of `@aws-sdk/credential-provider-node`: the default chain goes on to profiles, SSO, STS and
// instance metadata, which no Lambda function gets to, and each generation of the SDK brings a chain of its own (a
// quarter of a megabyte in the functions that call Private CA).

type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

/** Named as the clients import it. Rejects outside a Lambda function. */
export function defaultProvider(): () => Promise<Credentials> {
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    if (AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined) {
      throw new Error("the environment holds no credentials of a role");
    }
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
    };
  };
}
