//! The story so far: one line for each thing that happened, without secrets. Contents that hold secrets appear as
//! a short fingerprint, so that two tellings can be compared byte for byte.

use std::fmt::Write as _;

use oxidc_core::effect::Effect;

/// What happened so far.
#[derive(Debug, Default)]
pub struct Story {
    lines: Vec<String>,
    /// Nobody listens: nothing is kept.
    pub(crate) untold: bool,
}

impl Story {
    /// Adds a line.
    pub(crate) fn tell(&mut self, elapsed: i64, who: &str, what: &str) {
        self.lines.push(format!("{:>9}.{:03}  {who:<8} {what}", elapsed / 1_000, elapsed % 1_000));
    }

    /// All lines.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }
}

/// An effect in words.
pub(crate) fn describe(effect: &Effect) -> String {
    let print = |text: &str| fingerprint(text.as_bytes());
    match effect {
        Effect::Http(request) => {
            let body = request.body.as_deref().unwrap_or("");
            let grant = body.split('&').find_map(|pair| pair.strip_prefix("grant_type=")).unwrap_or("");
            let mut hidden = body.to_owned();
            for (name, value) in &request.headers {
                let _ = write!(hidden, "\n{name}: {value}");
            }
            format!("{} {} {grant} {}", request.method, request.url, print(&hidden))
        }
        Effect::Send { task, authorization, .. } => {
            format!("send for task {task}, token {}", authorization.as_ref().map_or("none".into(), |secret| print(secret.expose())))
        }
        Effect::Random { octets } => format!("random {octets}"),
        Effect::Digest { bits, data } => format!("digest {bits} {}", fingerprint(data)),
        Effect::Verify { algorithm, data, signature, .. } => {
            format!("verify {} {} {}", algorithm.name(), fingerprint(data), fingerprint(signature))
        }
        Effect::Resolve { url } => format!("resolve {}", print(url)),
        Effect::Load { area, key } => format!("load {area:?} {key}"),
        Effect::Swap { area, key, expected, value } => {
            let text = |text: &Option<String>| text.as_deref().map_or("nothing".into(), summary);
            format!("swap {area:?} {key}: {} for {}", text(expected), text(value))
        }
        Effect::Lock { name, wait } => format!("lock {name} within {wait} ms"),
        Effect::Unlock { lock } => format!("unlock {lock}"),
        Effect::Wait { duration } => format!("wait {duration} ms"),
        Effect::Navigate { url, .. } => format!("navigate {} {}", url.split('?').next().unwrap_or(""), print(url)),
        Effect::Visit { url, frame, .. } => format!("visit {} in a {}", print(url), if *frame { "frame" } else { "window" }),
        Effect::Relay { url, .. } => format!("relay {}", print(url)),
        Effect::Ask { hook, .. } => format!("ask {hook}"),
        Effect::ReplaceAddress { url } => format!("replace address {}", print(url)),
        Effect::Broadcast { record } => format!("broadcast {}", record.as_ref().map_or("".into(), |record| summary(record.expose()))),
        Effect::Publish(event) => {
            use oxidc_core::effect::Event;
            match event {
                Event::Session { reason, session } => format!("event session {reason} {}", print(&session.to_text())),
                Event::Tokens { token } => format!("event tokens {}", token.to_text()),
                Event::SignedOut { reason } => format!("event signedOut {reason}"),
                Event::State { state } => format!("event state {state}"),
                Event::Error(error) => format!("event error {}: {error}", error.code().name()),
            }
        }
        Effect::Cancel { effect } => format!("cancel {effect}"),
        Effect::Finish { task, result } => match result {
            Ok(value) => format!("finish {task} {}", print(&value.to_text())),
            Err(error) => format!("finish {task} {}: {error}", error.code().name()),
        },
        other => format!("{other:?}"),
    }
}

/// A stored text by its generation, kind and fingerprint.
fn summary(text: &str) -> String {
    let record: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let kind = match (&record["generation"], &record["ended"], &record["flight"]["open"]) {
        (serde_json::Value::Null, ..) => String::new(),
        (generation, ended, _) if !ended.is_null() => format!("end {generation} "),
        (generation, _, serde_json::Value::Bool(true)) => format!("session {generation} in flight "),
        (generation, ..) => format!("session {generation} "),
    };
    kind + &fingerprint(text.as_bytes())
}

/// FNV-1a, enough to tell contents apart.
fn fingerprint(octets: &[u8]) -> String {
    let hash = octets.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3));
    format!("#{hash:016x}")
}
