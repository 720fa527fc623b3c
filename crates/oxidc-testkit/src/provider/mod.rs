//! The other side: a strict OpenID provider with rotation, reuse detection, user information, revocation and sign-out,
//! and the application's API that accepts its tokens. Its files have the names of the client's.

mod authorize;
mod discovery;
mod end_session;
mod exchange;
mod keys;
mod refresh;
mod request;
mod revoke;
mod userinfo;

use std::collections::{BTreeMap, BTreeSet};

use oxidc_core::wire::form;
use oxidc_core::wire::http::{Request, Response};
use serde_json::{Value as Json, json};

use crate::network::{self, Asked};
use crate::random::Random;

pub(crate) use keys::verify;

/// The issuer of every story.
pub const ISSUER: &str = "https://login.example.com";
/// The client that the provider knows.
pub const CLIENT_ID: &str = "app";
/// The API that tokens can be asked for.
pub const API: &str = "https://api.example.com";

/// Why a grant is over: its refresh token was used after it had been replaced.
pub(crate) const USED_AGAIN: &str = "a refresh token was used again";
/// Why a grant is over: the client revoked it.
pub(crate) const REVOKED: &str = "revoked by the client";

/// What becomes of a refresh token that was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It stays good.
    None,
    /// It is replaced, and still accepted for so many milliseconds. Later its use is taken for theft.
    Grace(i64),
}

/// A grant: all tokens that come from one sign-in.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub(crate) subject: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) resources: Vec<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) auth_time: i64,
    /// Why it is over, if it is.
    pub(crate) over: Option<&'static str>,
}

/// A refresh token.
#[derive(Clone, Debug)]
pub(crate) struct RefreshToken {
    pub(crate) family: usize,
    /// Its place in the order of issue.
    pub(crate) order: usize,
    /// When it was first used, in true milliseconds.
    pub(crate) used: Option<i64>,
    /// When it was used too late, so that the grant was over, in true milliseconds.
    pub(crate) used_again: Option<i64>,
    pub(crate) issued: i64,
}

#[derive(Clone, Debug)]
struct AccessToken {
    family: usize,
    resources: Vec<String>,
    /// True milliseconds.
    expires: i64,
    revoked: bool,
}

/// The provider.
#[derive(Debug)]
pub struct Provider {
    /// What becomes of refresh tokens that were used.
    pub rotation: Rotation,
    /// How long access tokens live, in seconds.
    pub lifetime: i64,
    /// How long a refresh token lives, in milliseconds.
    pub refresh_lifetime: i64,
    /// Whether a refresh gives an ID token too.
    pub id_token_at_refresh: bool,
    /// Whether a refresh token that is no longer good is called `invalid_request`, as some servers do.
    pub says_invalid_request: bool,
    /// Whether there is an endpoint for revocation.
    pub revocation: bool,
    /// Whether there is an endpoint for sign-out.
    pub end_session: bool,
    /// Who signs in next.
    pub user: String,
    /// Who is named by the ID tokens of a refresh, where it is not the one who signed in.
    pub mistaken_user: Option<String>,
    /// Who is signed in here: what `prompt=none` finds.
    pub signed_in: Option<String>,
    /// How many refresh requests were answered with tokens.
    pub refreshed: usize,
    /// How many refresh requests used a token that was no longer good.
    pub reused: usize,
    /// Which key signs.
    pub key: usize,
    codes: BTreeMap<String, authorize::Code>,
    families: Vec<Family>,
    refresh_tokens: BTreeMap<String, RefreshToken>,
    access_tokens: BTreeMap<String, AccessToken>,
    used_states: BTreeSet<String>,
    random: Random,
}

impl Provider {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rotation: Rotation::Grace(0),
            lifetime: 600,
            refresh_lifetime: 30 * 86_400_000,
            id_token_at_refresh: true,
            says_invalid_request: false,
            revocation: true,
            end_session: true,
            user: "alice".into(),
            mistaken_user: None,
            signed_in: None,
            refreshed: 0,
            reused: 0,
            key: 0,
            codes: BTreeMap::new(),
            families: Vec::new(),
            refresh_tokens: BTreeMap::new(),
            access_tokens: BTreeMap::new(),
            used_states: BTreeSet::new(),
            random: Random::new(seed ^ 0x5eed_7e57),
        }
    }

    /// What a request asks for.
    pub(crate) fn asked(request: &Request) -> Asked {
        match request.url.strip_prefix(ISSUER).unwrap_or("") {
            "/.well-known/openid-configuration" => Asked::Discovery,
            "/jwks" => Asked::Keys,
            "/userinfo" => Asked::UserInfo,
            "/revoke" => Asked::Revoke,
            "/token" if parameter(request, "grant_type").as_deref() == Some("refresh_token") => Asked::Refresh,
            "/token" => Asked::Exchange,
            other => panic!("no such endpoint: {other}"),
        }
    }

    /// Answers a request at a true time, in milliseconds.
    pub(crate) fn answer(&mut self, now: i64, request: &Request) -> Response {
        match Self::asked(request) {
            Asked::Discovery => self.discovery(),
            Asked::Keys => keys::document(),
            Asked::UserInfo => self.userinfo(now, request),
            Asked::Revoke => self.revoke(request),
            Asked::Refresh => self.refresh(now, &Parameters::of(request)),
            Asked::Exchange => self.exchange(now, &Parameters::of(request)),
            Asked::Api => panic!("the application's API is asked by the application"),
        }
    }

    /// Ends every grant, as an administrator does.
    pub fn end_everything(&mut self) {
        self.families.iter_mut().for_each(|family| family.over = family.over.or(Some("ended by the provider")));
    }

    /// Accepts none of the access tokens any more that were issued so far.
    pub fn forget_access_tokens(&mut self) {
        self.access_tokens.values_mut().for_each(|token| token.revoked = true);
    }

    /// Whether the newest grant is still good.
    #[must_use]
    pub fn grant_is_good(&self) -> bool {
        self.families.last().is_some_and(|family| family.over.is_none())
    }

    /// Whether an access token is accepted at a true time.
    #[must_use]
    pub fn accepts(&self, access_token: &str, now: i64) -> bool {
        self.access_tokens
            .get(access_token)
            .is_some_and(|token| !token.revoked && now < token.expires && self.families[token.family].over.is_none())
    }

    /// Whether a refresh token would be answered with tokens at a true time.
    pub(crate) fn would_accept(&self, token: &str, now: i64) -> bool {
        let Some(token) = self.refresh_tokens.get(token) else { return false };
        let in_time = match (token.used, self.rotation) {
            (Some(used), Rotation::Grace(grace)) => now <= used + grace,
            _ => true,
        };
        in_time && now < token.issued + self.refresh_lifetime && self.families[token.family].over.is_none()
    }

    pub(crate) fn refresh_token(&self, token: &str) -> Option<&RefreshToken> {
        self.refresh_tokens.get(token)
    }

    /// Whether tokens were issued to others than who is signed in now.
    pub(crate) fn knows_others(&self) -> bool {
        self.families.iter().any(|family| Some(&family.subject) != self.signed_in.as_ref())
    }

    pub(crate) fn family(&self, family: usize) -> &Family {
        &self.families[family]
    }

    pub(crate) fn family_of_access_token(&self, token: &str) -> Option<usize> {
        self.access_tokens.get(token).map(|token| token.family)
    }

    fn revoke_family(&mut self, family: usize, why: &'static str) {
        self.families[family].over.get_or_insert(why);
    }

    /// The tokens of an answer of the token endpoint.
    fn tokens(&mut self, now: i64, family: usize, scopes: &[String], resources: Vec<String>, id_token: bool, rotate: bool) -> Json {
        let access_token = self.random.text("at_");
        let expires = now + self.lifetime * 1_000;
        self.access_tokens.insert(access_token.clone(), AccessToken { family, resources, expires, revoked: false });
        let mut answer = json!({
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "scope": scopes.join(" "),
        });
        if rotate && self.families[family].scopes.iter().any(|scope| scope == "offline_access") {
            let refresh_token = self.random.text("rt_");
            let order = self.refresh_tokens.len();
            self.refresh_tokens.insert(refresh_token.clone(), RefreshToken { family, order, used: None, used_again: None, issued: now });
            answer["refresh_token"] = refresh_token.into();
        }
        if id_token {
            answer["id_token"] = self.id_token(now, family, answer["access_token"].as_str().unwrap_or("")).into();
        }
        answer
    }

    fn id_token(&self, now: i64, family: usize, access_token: &str) -> String {
        let Family { subject, nonce, auth_time, .. } = &self.families[family];
        let seconds = now.div_euclid(1_000);
        let subject = self.mistaken_user.as_ref().unwrap_or(subject);
        let mut claims = json!({
            "iss": ISSUER, "sub": subject, "aud": CLIENT_ID, "iat": seconds, "exp": seconds + 3_600, "auth_time": auth_time,
            "at_hash": keys::half_hash(access_token), "name": subject,
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.as_str().into();
        }
        keys::sign(self.key, &claims)
    }
}

/// The parameters of a form.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn of(request: &Request) -> Self {
        let parameters = request.body.as_deref().and_then(form::parse).expect("a form");
        let mut names = BTreeSet::new();
        let repeats = parameters.iter().any(|(name, _)| name != "resource" && !names.insert(name.clone()));
        assert!(!repeats, "a parameter is repeated");
        Self(parameters)
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(n, _)| n == name).map(|(_, value)| value.clone()).collect()
    }
}

/// One parameter of a request's form.
pub(crate) fn parameter(request: &Request, name: &str) -> Option<String> {
    let parameters = form::parse(request.body.as_deref()?)?;
    parameters.into_iter().find(|(n, _)| n == name).map(|(_, value)| value)
}

fn bearer(request: &Request) -> &str {
    let header = request.headers.iter().find(|(name, _)| *name == "authorization");
    header.and_then(|(_, value)| value.strip_prefix("Bearer ")).unwrap_or("")
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').filter(|word| !word.is_empty()).map(String::from).collect()
}

fn refused(error: &str) -> Response {
    network::json(400, &json!({ "error": error }))
}
