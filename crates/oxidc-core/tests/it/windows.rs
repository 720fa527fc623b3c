//! Windows and frames: what the core asks for, and what becomes of each answer.

use std::collections::HashMap;

use oxidc_core::command::Command;
use oxidc_core::config::client::ClientConfig;
use oxidc_core::effect::{Effect, EffectId, Failure, Now, Outcome};
use oxidc_core::wire::json::Value;
use oxidc_core::{Client, Frame, Page};

const OPTIONS: &str = r#"{"issuer": "https://login.example.com", "clientId": "app", "redirectUri": "https://app.example.com/back", "provider": {
    "authorization_endpoint": "https://login.example.com/auth", "token_endpoint": "https://login.example.com/token", "jwks_uri": "https://login.example.com/jwks"}}"#;

type Records = HashMap<String, String>;

/// A page whose storage works and whose other effects wait for the test.
struct Tab {
    client: Client,
    records: Records,
}

impl Tab {
    fn new(frame: Frame, records: Records) -> Self {
        let page = Page { href: "https://app.example.com/".into(), origin: "https://app.example.com".into(), frame };
        let config = ClientConfig::from_value(&Value::parse(OPTIONS).unwrap(), &page.origin).unwrap();
        Self { client: Client::new(config, page), records }
    }

    fn start(&mut self, command: &str) -> Vec<(EffectId, Effect)> {
        self.client.start(Command::from_value(&Value::parse(command).unwrap()).unwrap(), Now::default());
        self.run()
    }

    fn answer(&mut self, id: EffectId, outcome: Outcome) -> Vec<(EffectId, Effect)> {
        self.client.resume(id, outcome, Now::default());
        self.run()
    }

    /// Performs what needs no decision; gives back the rest.
    fn run(&mut self) -> Vec<(EffectId, Effect)> {
        let mut rest = Vec::new();
        loop {
            let effects = self.client.effects();
            if effects.is_empty() {
                return rest;
            }
            for (id, effect) in effects {
                let outcome = match effect {
                    Effect::Random { octets } => Outcome::Bytes(vec![id as u8; octets.into()]),
                    Effect::Digest { .. } => Outcome::Bytes(vec![1; 32]),
                    Effect::Resolve { url } => Outcome::Address { origin: "https://app.example.com".into(), href: url },
                    Effect::Load { key, .. } => Outcome::Record(self.records.get(&key).cloned()),
                    Effect::Swap { key, expected, value, .. } if self.records.get(&key) == expected.as_ref() => {
                        match value {
                            Some(value) => self.records.insert(key, value),
                            None => self.records.remove(&key),
                        };
                        Outcome::Swapped
                    }
                    other => {
                        rest.push((id, other));
                        continue;
                    }
                };
                self.client.resume(id, outcome, Now::default());
            }
        }
    }
}

/// A page whose window or frame is at the provider: the effect and its name.
fn away(command: &str) -> (Tab, EffectId, String) {
    let mut tab = Tab::new(Frame::None, Records::new());
    let effects = tab.start(command);
    let [(id, Effect::Visit { url, relay, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(url.contains(&format!("state={relay}")));
    (tab, *id, relay.clone())
}

fn code(effects: &[(EffectId, Effect)]) -> Option<&'static str> {
    effects.iter().find_map(|(_, effect)| match effect {
        Effect::Finish { result: Err(error), .. } => Some(error.code().name()),
        _ => None,
    })
}

fn touches(effects: &[(EffectId, Effect)]) -> bool {
    effects.iter().any(|(_, effect)| matches!(effect, Effect::Http(_) | Effect::ReplaceAddress { .. } | Effect::Navigate { .. }))
}

/// Whether the address bar lost the answer.
fn cleaned(effects: &[(EffectId, Effect)]) -> bool {
    effects.iter().any(|(_, effect)| matches!(effect, Effect::ReplaceAddress { url } if url == "https://app.example.com/back"))
}

const POPUP: &str = r#"{"do": "signIn", "options": {"mode": "popup"}}"#;
const SILENT: &str = r#"{"do": "signInSilent", "options": {}}"#;

#[test]
fn t327_t329_t339_each_way_in_which_a_window_or_frame_fails_has_its_code_and_uses_the_attempt_up() {
    for (command, failure, expected) in [
        (POPUP, Failure::Denied, "popup_blocked"),
        (POPUP, Failure::Aborted, "popup_closed"),
        (POPUP, Failure::Timeout, "popup_timed_out"),
        (POPUP, Failure::Unsupported, "context_unsupported"),
        (SILENT, Failure::Denied, "frame_blocked"),
        (SILENT, Failure::Timeout, "frame_failed"),
        (SILENT, Failure::Unsupported, "context_unsupported"),
    ] {
        let (mut tab, id, relay) = away(command);
        let effects = tab.answer(id, Outcome::Failed { failure, detail: String::new() });
        assert_eq!(code(&effects), Some(expected));
        let late = tab.start(&format!(r#"{{"do": "processCallback", "url": "https://app.example.com/back?code=x&state={relay}"}}"#));
        assert_eq!(code(&late), Some("already_processed"));
    }
}

#[test]
fn t334_an_address_that_came_by_message_never_touches_the_page_and_is_checked_like_a_callback() {
    for (query, expected) in [
        ("?code=x&state=other", "state_unknown"),
        ("?code=x", "state_missing"),
        ("?code=x&code=y&state=STATE", "callback_malformed"),
        ("?code=x&state=STATE&iss=https%3A%2F%2Fother.example", "issuer_mismatch"),
        ("?error=access_denied&state=STATE", "access_denied"),
        ("?state=STATE", "code_missing"),
        ("", "callback_malformed"),
    ] {
        let (mut tab, id, relay) = away(POPUP);
        let url = String::from("https://app.example.com/back") + &query.replace("STATE", &relay);
        let effects = tab.answer(id, Outcome::Text(url));
        assert_eq!(code(&effects), Some(expected), "{query}");
        assert!(!touches(&effects), "{query}: {effects:?}");
    }
}

#[test]
fn t337_the_return_page_hands_its_address_over_and_uses_nothing() {
    let (waiting, _, relay) = away(POPUP);
    let url = format!("https://app.example.com/back?code=x&state={relay}");
    for received in [true, false] {
        let mut window = Tab::new(Frame::None, waiting.records.clone());
        let effects = window.start(&format!(r#"{{"do": "processCallback", "url": "{url}"}}"#));
        let [(id, Effect::Relay { relay: to, url: handed, wait: Some(_) })] = effects.as_slice() else { panic!("{effects:?}") };
        assert_eq!((to, handed), (&relay, &url));
        let outcome = if received { Outcome::Done } else { Outcome::Failed { failure: Failure::Timeout, detail: String::new() } };
        let effects = window.answer(*id, outcome);
        assert!(!effects.iter().any(|(_, effect)| matches!(effect, Effect::Http(_))));
        assert!(cleaned(&effects));
        let result = effects.iter().find_map(|(_, effect)| match effect {
            Effect::Finish { result: Ok(value), .. } => Some(value.to_text()),
            _ => None,
        });
        assert_eq!(result, Some(format!(r#"{{"handled":"relayed","received":{received}}}"#)));
        assert_eq!(window.records, waiting.records);
    }
}

#[test]
fn t345_a_return_page_in_a_strangers_frame_tells_nobody_and_uses_nothing() {
    let (waiting, _, relay) = away(POPUP);
    let mut framed = Tab::new(Frame::Foreign, waiting.records.clone());
    let effects = framed.start(&format!(r#"{{"do": "processCallback", "url": "https://app.example.com/back?code=x&state={relay}"}}"#));
    assert_eq!(code(&effects), Some("foreign_frame"));
    assert!(!effects.iter().any(|(_, effect)| matches!(effect, Effect::Relay { .. } | Effect::Http(_))));
    assert!(cleaned(&effects));
    assert_eq!(framed.records, waiting.records);
}

#[test]
fn an_unknown_state_is_offered_to_an_opener_and_without_its_thanks_refused() {
    let mut tab = Tab::new(Frame::None, Records::new());
    let effects = tab.start(r#"{"do": "processCallback", "url": "https://app.example.com/back?code=x&state=unknown"}"#);
    let [(id, Effect::Relay { wait: None, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    let effects = tab.answer(*id, Outcome::Failed { failure: Failure::Timeout, detail: String::new() });
    assert_eq!(code(&effects), Some("state_unknown"));
}

#[test]
fn an_unknown_state_that_an_opener_takes_is_its_business() {
    let mut tab = Tab::new(Frame::None, Records::new());
    let effects = tab.start(r#"{"do": "processCallback", "url": "https://app.example.com/back?code=x&state=unknown"}"#);
    let [(id, Effect::Relay { wait: None, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    let effects = tab.answer(*id, Outcome::Done);
    assert!(cleaned(&effects) && code(&effects).is_none(), "{effects:?}");
}

#[test]
fn t340_a_refusal_is_remembered_for_frames_and_not_for_redirects() {
    let (mut tab, id, relay) = away(SILENT);
    let effects = tab.answer(id, Outcome::Text(format!("https://app.example.com/back?error=login_required&state={relay}")));
    assert_eq!(code(&effects), Some("login_required"));
    let mut later = Tab::new(Frame::None, tab.records.clone());
    assert_eq!(code(&later.start(SILENT)), Some("login_required"));
    let redirect = later.start(r#"{"do": "signInSilent", "options": {"mode": "redirect"}}"#);
    assert!(matches!(redirect.as_slice(), [(_, Effect::Navigate { url, .. })] if url.contains("prompt=none")), "{redirect:?}");
}
