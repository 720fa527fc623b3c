//! Groups of a person.

use crate::Claims;
use crate::json::Value;

/// How groups are looked up.
#[derive(Clone, Debug)]
pub struct GroupOptions {
    claim: String,
    all: bool,
}

impl Default for GroupOptions {
    fn default() -> Self {
        Self { claim: "groups".into(), all: false }
    }
}

impl GroupOptions {
    /// The claim that lists them. Default `groups`.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>) -> Self {
        self.claim = name.into();
        self
    }

    /// Whether the person must be in all of them. Default: in one of them.
    #[must_use]
    pub fn all(mut self, wanted: bool) -> Self {
        self.all = wanted;
        self
    }
}

/// Whether a person is in groups. A group is named by a text, or by the `id` or `name` of an object in the claim. For what is
/// shown only: an API decides by the access token.
///
/// `user` is [`Session::user`](crate::Session::user); of an empty list of groups everybody is a member.
///
/// ```
/// use oxidc_web::{GroupOptions, Session, is_user_in_group};
///
/// fn sees_reports(session: &Session) -> bool {
///     is_user_in_group(&session.user, &["accounting", "board"], &GroupOptions::default())
/// }
/// ```
#[must_use]
pub fn is_user_in_group(user: &Claims, groups: &[&str], options: &GroupOptions) -> bool {
    let listed = user.get(&options.claim).and_then(Value::as_array).unwrap_or_default();
    let is_named = |entry: &Value, group: &str| {
        let names = [entry.as_str(), entry.text("id"), entry.text("name")];
        names.contains(&Some(group))
    };
    let is_in = |group: &&str| listed.iter().any(|entry| is_named(entry, group));
    groups.is_empty() || if options.all { groups.iter().all(is_in) } else { groups.iter().any(is_in) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_in_the_groups_that_the_claim_lists_by_text_id_or_name() {
        let user = Claims::read(r#"{"sub": "s", "groups": ["a", {"id": "b", "name": "c"}, 7, null], "roles": ["r"], "team": "t"}"#);
        let (one, all) = (GroupOptions::default(), GroupOptions::default().all(true));
        for (groups, options, is_in) in [
            (&["a"][..], &one, true),
            (&["x", "b"], &one, true),
            (&["x", "b"], &all, false),
            (&["a", "b", "c"], &all, true),
            (&["7"], &one, false),
            (&[], &one, true),
            (&["r"], &one, false),
            (&["r"], &GroupOptions::default().claim("roles"), true),
            (&["t"], &GroupOptions::default().claim("team"), false),
            (&["t"], &GroupOptions::default().claim("nothing"), false),
        ] {
            assert_eq!(is_user_in_group(&user, groups, options), is_in, "{groups:?} {options:?}");
        }
    }
}
