//! The network: what becomes of each request, as the story says or as the seed decides.

use oxidc_core::effect::Failure;
use oxidc_core::wire::http::Response;
use serde_json::Value as Json;

use crate::random::Random;
use crate::tab::Tab;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The provider's configuration document.
    Discovery,
    /// The provider's keys.
    Keys,
    /// Tokens for a code.
    Exchange,
    /// Tokens for a refresh token.
    Refresh,
    /// User information.
    UserInfo,
    /// The revocation of a token.
    Revoke,
    /// Something of the application's own API.
    Api,
}

/// What becomes of a request.
pub enum Fate {
    /// It is answered.
    Answered,
    /// It is answered, after so many milliseconds on the way there and back.
    Slow {
        /// Until it arrives.
        there: i64,
        /// Until the answer arrives.
        back: i64,
    },
    /// It never arrives.
    RequestLost,
    /// It arrives and is acted upon; the answer breaks off.
    AnswerLost,
    /// It arrives and is acted upon; the answer does not come within the time limit.
    AnswerTooLate,
    /// It never arrives, and the time limit passes.
    Silence,
    /// It fails in a way that the browser knows.
    Failed(Failure),
    /// Something in between answers with a status and perhaps `Retry-After`, without a body.
    Status(u16, Option<String>),
    /// A captive portal answers.
    Html,
    /// It is answered with this, and the provider never knows.
    Instead(Response),
    /// It is acted upon, and the answer is altered on its way.
    Altered(Box<dyn FnOnce(&mut Response)>),
}

impl Fate {
    /// The JSON of the answer is altered on its way.
    pub fn edited(edit: impl FnOnce(&mut Json) + 'static) -> Self {
        Self::Altered(Box::new(move |response| {
            let mut body = serde_json::from_str(&response.body).expect("a JSON answer");
            edit(&mut body);
            response.body = body.to_string();
        }))
    }

    /// An answer in OAuth's words of refusal.
    #[must_use]
    pub fn refused(status: u16, error: &str) -> Self {
        Self::Instead(json(status, &serde_json::json!({ "error": error })))
    }
}

/// How often a request fails where the story does not say, each in a thousand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weather {
    /// [`Fate::RequestLost`].
    pub request_lost: u32,
    /// [`Fate::AnswerLost`].
    pub answer_lost: u32,
    /// [`Fate::AnswerTooLate`] and [`Fate::Silence`] in equal parts.
    pub timeout: u32,
    /// [`Fate::Status`] 500 or 503.
    pub broken: u32,
    /// [`Fate::Status`] 429.
    pub throttled: u32,
    /// [`Fate::Html`].
    pub html: u32,
}

/// A request that left a page.
#[derive(Clone, Debug)]
pub struct Sent {
    /// What for.
    pub asked: Asked,
    /// From where.
    pub tab: Tab,
    /// Milliseconds since the story began.
    pub at: i64,
}

/// The network between the tabs and everybody else.
#[derive(Default)]
pub struct Network {
    /// Whether the device has no network, and knows it.
    pub offline: bool,
    /// What happens to requests that the story says nothing about.
    pub weather: Weather,
    /// Everything that was sent, whatever became of it.
    pub sent: Vec<Sent>,
    script: Vec<(Asked, Fate)>,
}

impl Network {
    /// Decides the fate of the next request of a kind. Several for one kind happen in their order.
    pub fn next(&mut self, asked: Asked, fate: Fate) {
        self.script.push((asked, fate));
    }

    /// How many requests of a kind were sent.
    #[must_use]
    pub fn count(&self, asked: Asked) -> usize {
        self.sent.iter().filter(|sent| sent.asked == asked).count()
    }

    /// How many requests were sent to the token endpoint.
    #[must_use]
    pub fn token_requests(&self) -> usize {
        self.count(Asked::Exchange) + self.count(Asked::Refresh)
    }

    pub(crate) fn fate(&mut self, asked: Asked, random: &mut Random) -> Fate {
        if self.offline {
            return Fate::Failed(Failure::Offline);
        }
        if let Some(at) = self.script.iter().position(|(of, _)| *of == asked) {
            return self.script.remove(at).1;
        }
        let weather = self.weather;
        let mut fortune = u32::try_from(random.number() % 1_000).expect("fits");
        let mut is = |chance: u32| {
            let hit = fortune < chance;
            fortune = fortune.saturating_sub(chance).max(if hit { 1_000 } else { 0 });
            hit
        };
        if is(weather.request_lost) {
            Fate::RequestLost
        } else if is(weather.answer_lost) {
            Fate::AnswerLost
        } else if is(weather.timeout) {
            if random.chance(500) { Fate::AnswerTooLate } else { Fate::Silence }
        } else if is(weather.broken) {
            Fate::Status(*random.one_of(&[500, 502, 503]), None)
        } else if is(weather.throttled) {
            Fate::Status(429, Some("5".into()))
        } else if is(weather.html) {
            Fate::Html
        } else {
            Fate::Answered
        }
    }
}

/// An answer with a JSON body.
#[must_use]
pub fn json(status: u16, body: &Json) -> Response {
    Response { status, content_type: Some("application/json".into()), body: body.to_string(), ..Response::default() }
}
