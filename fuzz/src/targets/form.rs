//! The query of a callback: what is read is written and read again as the same.

use oxidc_core::wire::form::{Form, append_query, parse};
use oxidc_core::wire::url::split_query;

/// Runs the target.
pub fn check(text: &str) {
    let (_, query, fragment) = split_query(text);
    for form in [Some(text), query, fragment].into_iter().flatten() {
        let Some(pairs) = parse(form) else { continue };
        let written = pairs.iter().fold(Form::new(), |form, (name, value)| form.with(name, value)).finish();
        assert_eq!(parse(&written).as_ref(), Some(&pairs));
        let added = append_query("https://a.example/?first=1", &written);
        let (_, query, fragment) = split_query(&added);
        assert!(fragment.is_none());
        assert_eq!(query.and_then(parse).map(|pairs| pairs.len()), Some(pairs.len() + 1));
    }
}
