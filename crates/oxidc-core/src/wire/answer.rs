//! What an answer of the provider means before its content is looked at: the network's trouble, the
//! provider's trouble, OAuth's error (RFC 6749 section 5.2), or a JSON object.

use alloc::string::String;

use super::http::{Response, has_type, is_json, trim};
use super::json::Value;
use super::url::cut;
use crate::effect::{Failure, Outcome};
use crate::error::{Code, Error, Result};
use crate::time::Timestamp;

/// The error for an effect that failed.
pub(crate) fn failed(outcome: Outcome) -> Error {
    match outcome {
        Outcome::Failed { failure, detail } => Error::new(match failure {
            Failure::Aborted => Code::Aborted,
            Failure::Offline => Code::Offline,
            Failure::Redirected => Code::Redirected,
            Failure::Timeout => Code::TimedOut,
            Failure::TooLarge => Code::ResponseTooLarge,
            Failure::Quota => Code::StorageFull,
            Failure::Unsupported => Code::CryptoUnavailable,
            Failure::Lost => Code::WorkerLost,
            Failure::Network | Failure::Denied => Code::NetworkFailed,
        })
        .detail(detail),
        // A shell that answers with something else than was asked for.
        _ => Error::new(Code::NetworkFailed).detail("unexpected outcome"),
    }
}

/// Reads the answer of an endpoint that speaks OAuth. A refusal has the code that its word has where the request itself gives it no other
/// meaning, see [`Error::refusal`].
pub(crate) fn read(outcome: Outcome, now: Timestamp) -> Result<Value> {
    let response = match outcome {
        Outcome::Http(response) => response,
        other => return Err(failed(other)),
    };
    if response.status == 429 || (response.status == 503 && response.retry_after.is_some()) {
        let code = if response.status == 429 { Code::RateLimited } else { Code::ProviderUnavailable };
        return Err(Error::new(code).after(retry_after(response.retry_after.as_deref(), now)));
    }
    let body = object(&response);
    if let Some(body) = &body
        && let Some(error) = body.get("error")
    {
        let error = error.as_str().unwrap_or("");
        let code = match error {
            _ if response.status >= 500 => Code::ProviderUnavailable,
            "temporarily_unavailable" | "server_error" => Code::ProviderUnavailable,
            "invalid_client" | "unauthorized_client" => Code::ClientRejected,
            "invalid_scope" => Code::ScopeRejected,
            "invalid_target" => Code::ResourceRejected,
            _ => Code::RequestRefused,
        };
        return Err(Error::new(code).said(error, body.text("error_description")));
    }
    match (response.status, body) {
        (200, Some(body)) => Ok(body),
        (200..=499, _) => Err(Error::new(Code::AnswerNotJson).detail(status(&response))),
        _ => Err(Error::new(Code::ProviderUnavailable).detail(status(&response))),
    }
}

/// Reads a public document; every other answer is `otherwise`.
pub(crate) fn document(outcome: Outcome, otherwise: Code) -> Result<Value> {
    match outcome {
        Outcome::Http(response) if response.status == 200 => {
            let is_object =
                is_json(response.content_type.as_deref()) || has_type(response.content_type.as_deref(), "application/jwk-set+json");
            let parsed = if is_object { Value::parse(&response.body).ok() } else { None };
            parsed
                .filter(|v| v.as_object().is_some())
                .ok_or_else(|| Error::new(Code::AnswerNotJson).detail(response.content_type.unwrap_or_else(|| "no content type".into())))
        }
        Outcome::Http(response) => Err(Error::new(otherwise).detail(status(&response))),
        other => Err(failed(other)),
    }
}

fn object(response: &Response) -> Option<Value> {
    let body = is_json(response.content_type.as_deref()).then(|| Value::parse(&response.body).ok()).flatten();
    body.filter(|value| value.as_object().is_some())
}

fn status(response: &Response) -> String {
    String::from("status ") + &super::decimal(response.status.into())
}

/// The longest wait that a server can ask for, in seconds.
const LONGEST_WAIT: Timestamp = 3_600;
/// The wait where the server gives none, or none that can be read.
const USUAL_WAIT: u32 = 60;

/// Seconds to wait (RFC 9110 section 10.2.3): a number of seconds or an HTTP date.
pub(crate) fn retry_after(header: Option<&str>, now: Timestamp) -> u32 {
    let Some(text) = header.map(trim) else { return USUAL_WAIT };
    let seconds = digits(text).or_else(|| http_date(text).map(|at| at - now));
    seconds.and_then(|s| u32::try_from(s.clamp(0, LONGEST_WAIT)).ok()).unwrap_or(USUAL_WAIT)
}

/// Decimal digits and nothing else; what is larger than a `u32` counts as the largest.
pub(crate) fn digits(text: &str) -> Option<i64> {
    let mut number = 0;
    for byte in text.bytes() {
        number = if byte.is_ascii_digit() { (number * 10 + i64::from(byte - b'0')).min(u32::MAX.into()) } else { return None };
    }
    if text.is_empty() { None } else { Some(number) }
}

/// An HTTP date in its one form that is still sent (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    let mut rest = cut(text, b' ').1;
    let mut next = |separator| {
        let (word, after) = cut(rest?, separator);
        rest = after;
        Some(word)
    };
    let number = |word: Option<&str>| digits(word?).filter(|n| *n <= 9_999);
    let day = number(next(b' '))?;
    let name = next(b' ')?;
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = i64::try_from(months.iter().position(|month| *month == name)?).ok()? + 1;
    let (year, hour, minute, second) = (number(next(b' '))?, number(next(b':'))?, number(next(b':'))?, number(next(b' '))?);
    // Days since 1970 by the proleptic Gregorian calendar, with March as the first month.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted - era * 400;
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_a_number_of_seconds_or_a_date() {
        let now = 784_111_777;
        for (header, seconds) in [
            (Some("120"), 120),
            (Some(" 7\t"), 7),
            (Some("99999999999999999999"), 3_600),
            (Some("Sun, 06 Nov 1994 08:50:37 GMT"), 60),
            (Some("Sun, 06 Nov 1994 07:00:00 GMT"), 0),
            (Some("Thu, 29 Feb 2024 00:00:00 GMT"), 3_600),
            (Some("Sun, 06 Nob 1994 08:50:37 GMT"), USUAL_WAIT),
            (Some("soon"), USUAL_WAIT),
            (Some("-1"), USUAL_WAIT),
            (Some(""), USUAL_WAIT),
            (None, USUAL_WAIT),
        ] {
            assert_eq!(retry_after(header, now), seconds, "{header:?}");
        }
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(now));
        assert_eq!(http_date("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
    }
}
