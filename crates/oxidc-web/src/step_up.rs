//! What an API demands of a sign-in (RFC 9470).

use std::time::Duration;

use crate::json::Object;
use crate::session::{integer, texts};
use crate::{Error, SignInOptions};

/// What an API demands of the sign-in (RFC 9470 section 3). Becomes the options of a sign-in that satisfies it.
///
/// ```
/// use oxidc_web::{AuthClient, Error, Mode, SignInOptions, StepUpChallenge};
///
/// # async fn again(client: &AuthClient, error: &Error) -> Result<(), Error> {
/// if let Some(challenge) = StepUpChallenge::of(error) {
///     client.sign_in(SignInOptions::from(challenge).mode(Mode::Popup)).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepUpChallenge {
    /// Acceptable ways of authentication, best first; none: any.
    pub acr_values: Vec<String>,
    /// The oldest acceptable authentication.
    pub max_age: Option<Duration>,
}

impl StepUpChallenge {
    /// What an error says that an API demands, if it is about that.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        error.challenge().map(Self::read)
    }

    pub(crate) fn read(challenge: &Object) -> Self {
        let challenge = challenge.clone().into();
        let max_age = integer(&challenge, "maxAge").and_then(|seconds| u64::try_from(seconds).ok());
        Self { acr_values: texts(&challenge, "acrValues"), max_age: max_age.map(Duration::from_secs) }
    }
}

/// Of the person who is signed in, and nobody else.
impl From<StepUpChallenge> for SignInOptions {
    fn from(challenge: StepUpChallenge) -> Self {
        let options = Self::default().acr_values(challenge.acr_values).same_user(true);
        match challenge.max_age {
            Some(age) => options.max_age(age),
            None => options,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::error::error_of;
    use crate::json::Value;

    #[test]
    fn what_an_api_demands_becomes_options_of_a_sign_in() {
        let told = r#"{"code": "step_up_required", "session": "kept", "challenge": {"acrValues": ["a", "b"], "maxAge": 300}}"#;
        let challenge = StepUpChallenge::of(&error_of(&Value::parse(told).unwrap())).unwrap();
        assert_eq!((challenge.acr_values.len(), challenge.max_age), (2, Some(Duration::from_secs(300))));
        let options = Value::from(SignInOptions::from(challenge).0).to_text();
        assert_eq!(options, r#"{"acrValues":["a","b"],"sameUser":true,"maxAge":300}"#);
        assert_eq!(StepUpChallenge::of(&Error::new(Code::NoSession)), None);
    }
}
