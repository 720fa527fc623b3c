//! Errors as the host module tells them.

use crate::json::Value;
use crate::{Code, Error, SessionEffect};

/// The error for what a call was rejected with: the facts of the core, which name the code by its number, those of the page, or something foreign.
pub(crate) fn error_of(facts: &Value) -> Error {
    let text = |name: &str| facts.get(name).and_then(Value::as_str);
    let code = match facts.get("code").and_then(Value::as_integer) {
        Some(number) => usize::try_from(number).ok().and_then(|number| Code::ALL.get(number)),
        None => Code::ALL.iter().find(|code| text("code") == Some(code.name())),
    };
    let Some(code) = code.copied() else {
        return Error::new(Code::OptionInvalid).detail(facts.as_str().unwrap_or_default());
    };
    let mut error = Error::new(code);
    // The core tells the sentence and then the detail; the page, only the detail.
    let message = text("message").unwrap_or_default();
    let detail = match message.strip_prefix(code.sentence()) {
        Some(rest) => rest.strip_prefix(" (").and_then(|rest| rest.strip_suffix(')')).unwrap_or_default(),
        None => message,
    };
    if !detail.is_empty() {
        error = error.detail(detail);
    }
    error = match text("session") {
        Some("kept") => error.with_session(SessionEffect::Kept),
        Some("ended") => error.with_session(SessionEffect::Ended),
        Some("unknown") => error.with_session(SessionEffect::Unknown),
        _ => error,
    };
    if let Some(seconds) = facts.get("retryAfter").and_then(Value::as_integer).and_then(|seconds| u32::try_from(seconds).ok()) {
        error = error.after(seconds);
    }
    if let Some(challenge) = facts.get("challenge").and_then(Value::as_object) {
        error = error.demanding(challenge.clone());
    }
    match text("error") {
        Some(said) => error.said(said, text("errorDescription")),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Object;

    #[test]
    fn an_error_of_the_core_arrives_as_it_was() {
        let sent = Error::new(Code::RateLimited).detail("token_endpoint").with_session(SessionEffect::Unknown).after(7);
        let sent = sent.said("slow_down", Some("not so fast"));
        let sent = sent.demanding(Object::new().with("maxAge", 5_u32));
        let arrived = error_of(&sent.to_value());
        assert_eq!(arrived.to_value(), sent.to_value());
        assert_eq!((arrived.provider_error(), arrived.provider_error_description()), (Some("slow_down"), Some("not so fast")));
        for code in Code::ALL {
            let sent = Error::new(*code);
            assert_eq!(error_of(&sent.to_value()).to_value(), sent.to_value());
            assert_eq!(error_of(&sent.numbered_facts()).to_value(), sent.to_value());
        }
        assert_eq!(error_of(&Object::new().with("code", 9_999_u32).into()).code(), Code::OptionInvalid);
    }

    #[test]
    fn an_error_of_the_page_gets_its_sentence() {
        let facts = Value::parse(r#"{"code": "core_trapped", "kind": "", "message": "unreachable", "session": "kept"}"#).unwrap();
        let error = error_of(&facts);
        assert_eq!(error.code(), Code::CoreTrapped);
        assert_eq!(error.to_string(), format!("{} (unreachable)", Code::CoreTrapped.sentence()));
        assert!(error.retryable());
    }

    #[test]
    fn what_is_no_error_of_ours_is_an_argument_that_the_browser_refused() {
        let error = error_of(&Value::from("TypeError: not an address"));
        assert_eq!(error.code(), Code::OptionInvalid);
        assert!(error.to_string().contains("not an address"));
        assert_eq!(error_of(&Value::Null).code(), Code::OptionInvalid);
    }
}
