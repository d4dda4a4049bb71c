// An error that CloudFront documents, with the HTTP status that its API model gives.
export class CloudFrontError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
