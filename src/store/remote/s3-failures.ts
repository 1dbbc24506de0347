/** What a service of S3 refuses, as a sentence that says what helps, and whether it may pass. */

import { errorCode, errorText } from "../../text/error-text.ts"
import { visible } from "../../text/visible.ts"
import { RemoteFailed } from "./Backend.ts"

/** The status of the answer; 0 where there was none. */
export const statusOf = (cause: unknown): number => {
  if (typeof cause !== "object" || cause === null || !("$metadata" in cause)) return 0
  const { $metadata: metadata } = cause
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return 0
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : 0
}

/** The service's or the client's name for an error: `SlowDown`. */
export const codeOf = (cause: unknown): string => (cause instanceof Error ? cause.name : "")

/** What cannot be mended by trying again, by the name of the error: what it says, and what helps. */
const REFUSALS: Readonly<Record<string, (bucket: string) => string>> = {
  CredentialsProviderError: () =>
    "no keys were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, as for the aws command.",
  TokenProviderError: () => "the login has ended. Log in again (aws sso login).",
  ExpiredToken: () => "the keys have expired. Get new ones, or log in again (aws sso login).",
  InvalidAccessKeyId: () => "the service does not know the access key. Check AWS_ACCESS_KEY_ID or AWS_PROFILE.",
  SignatureDoesNotMatch: () => "the secret key does not belong to the access key. Check AWS_SECRET_ACCESS_KEY or AWS_PROFILE.",
  AccessDenied: (bucket) =>
    `these keys may not do this in bucket ${bucket}. They need s3:ListBucket on it, and s3:GetObject and s3:PutObject in it.`,
  NoSuchBucket: (bucket) =>
    `there is no bucket ${bucket}. Check its name; where it is not with AWS, check AWS_ENDPOINT_URL_S3 too.`,
  PermanentRedirect: (bucket) => `bucket ${bucket} is in another region. Set AWS_REGION to that.`,
  EntityTooLarge: () => "the file is larger than the service takes at once."
}

/** What the system says of a network. */
const NETWORK: ReadonlySet<string> = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ETIMEDOUT"
])

/** What services answer in a bad moment, apart from the status 5xx. */
const PASSING: ReadonlySet<string> = new Set([
  "ConditionalRequestConflict",
  "InternalError",
  "OperationAborted",
  "RequestTimeout",
  "RequestTimeTooSkewed",
  "ServiceUnavailable",
  "SlowDown",
  "ThrottlingException",
  "TimeoutError",
  "TooManyRequests"
])

/** A failure of this bucket, by what was thrown. */
export const failureIn = (url: string, bucket: string, cause: unknown): RemoteFailed => {
  const status = statusOf(cause)
  const code = codeOf(cause)
  const failed = (problem: string, passing: boolean, badInput = false) => new RemoteFailed({ url, problem, passing, badInput })
  const named = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined
  const refusal = named ?? (status === 403 ? REFUSALS["AccessDenied"] : undefined)
  if (refusal !== undefined) return failed(refusal(bucket), false, true)
  if (/region is missing/i.test(errorText(cause))) return failed("no region is known. Set AWS_REGION.", false, true)
  const network = networkCode(cause)
  if (network !== "")
    return failed(`the service cannot be reached (${network}). Check the network and AWS_ENDPOINT_URL_S3.`, true)
  const words = visible(errorText(cause)).slice(0, 300)
  const said = status === 0 ? `${code}: ${words}` : `the service answered ${status}, ${code}: ${words}`
  return failed(`${said}.`, status >= 500 || status === 429 || status === 409 || PASSING.has(code))
}

/** What went wrong with the connection; empty where it was not that. */
const networkCode = (cause: unknown): string => {
  const own = errorCode(cause)
  if (NETWORK.has(own)) return own
  if (/socket hang up|aborted|premature/i.test(errorText(cause))) return "ECONNRESET"
  if (codeOf(cause) === "TimeoutError") return "ETIMEDOUT"
  if (cause instanceof AggregateError) return cause.errors.map(networkCode).find((code) => code !== "") ?? ""
  return cause instanceof Error && cause.cause !== undefined ? networkCode(cause.cause) : ""
}
