//! `Retry-After`: a wait between nothing and an hour.

use oxidc_core::effect::Outcome;
use oxidc_core::wire::http::Response;

use crate::page::Page;

/// Runs the target.
pub fn check(text: &str) {
    let mut page = Page::expired();
    page.next("/token", Outcome::Http(Response { status: 429, retry_after: Some(text.into()), ..Response::default() }));
    let wait = page.get_tokens().err().and_then(|error| error.retry_after());
    assert!(wait.is_some_and(|seconds| seconds <= 3_600), "{wait:?}");
    // Digits only (RFC 9110 section 10.2.3): Rust would take a sign too.
    if let Some(seconds) = text.parse::<u16>().ok().filter(|_| !text.starts_with('+')) {
        assert_eq!(wait, Some(u32::from(seconds).min(3_600)));
    }
    assert_eq!(page.get_session()["subject"], "alice");
}
