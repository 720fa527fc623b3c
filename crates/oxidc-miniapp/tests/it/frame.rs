//! The machine in the frame alone, with a host that a test speaks for: who is heard, and what is believed and kept.

use oxidc_core::effect::Now;
use oxidc_core::wire::json::{Object, Value};
use oxidc_miniapp::clock::Moment;
use oxidc_miniapp::guest::{Answer, Call, Effect, Event, Fetch, Guest, Input, Want};
use oxidc_miniapp::message;

use crate::pair::{API, HOST, fetch, json, options};

/// A frame whose host is the test.
struct Frame {
    guest: Guest,
    time: i64,
    random: u8,
    connection: u32,
    seq: i64,
}

/// What the frame says on ports.
fn said(effects: &[Effect]) -> Vec<Value> {
    effects.iter().filter_map(|effect| if let Effect::Say(_, text) = effect { Some(json(text)) } else { None }).collect()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The types of what the frame says.
fn types(effects: &[Effect]) -> Vec<String> {
    said(effects).iter().map(|message| text(message, "type").to_owned()).collect()
}

fn posts(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Post(..))).count()
}

fn shut(effects: &[Effect]) -> Vec<u32> {
    effects.iter().filter_map(|effect| if let Effect::Shut(connection) = effect { Some(*connection) } else { None }).collect()
}

fn drops(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Drop))
}

fn opens(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Open(_)))
}

/// Calls that ended, with the access token, another result, or the code.
fn finished(effects: &[Effect]) -> Vec<(u32, String)> {
    let of = |effect: &Effect| match effect {
        Effect::Finish(task, Ok(value)) => {
            Some((*task, value.get("accessToken").map_or_else(|| value.to_text(), |_| text(value, "accessToken").into())))
        }
        Effect::Finish(task, Err(failure)) => Some((*task, failure.code().name().into())),
        _ => None,
    };
    effects.iter().filter_map(of).collect()
}

/// Requests that are sent, with what they carry.
fn sent(effects: &[Effect]) -> Vec<(u32, Option<String>)> {
    let of = |effect: &Effect| match effect {
        Effect::Send(task, header) => Some((*task, header.as_ref().map(|header| header.expose().to_owned()))),
        _ => None,
    };
    effects.iter().filter_map(of).collect()
}

fn degraded(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Publish(Event::Degraded)))
}

impl Frame {
    fn new(more: &str) -> Self {
        Self { guest: Guest::new(options(more)), time: 1_000_000, random: 0, connection: 0, seq: 0 }
    }

    fn feed(&mut self, input: Input) -> Vec<Effect> {
        self.random = self.random.wrapping_add(1);
        self.guest.feed(input, Moment { now: Now { wall: self.time, monotonic: self.time }, random: [self.random; 16] })
    }

    fn start(&mut self) -> Vec<Effect> {
        self.feed(Input::Start { framed: true, ancestor: Some(HOST.into()) })
    }

    fn window(&mut self, origin: &str, from_parent: bool, ports: usize, message: Object) -> Vec<Effect> {
        self.connection += 1;
        self.feed(Input::Window { origin: origin.into(), from_parent, ports, connection: self.connection, text: message::text(message) })
    }

    fn hello(&mut self) -> Vec<Effect> {
        self.window(HOST, true, 0, message::of("hello"))
    }

    /// Offers a port to a frame that calls; gives back what it does.
    fn offer(&mut self, called: &[Effect]) -> Vec<Effect> {
        let name = called.iter().find_map(|effect| if let Effect::Post(_, text) = effect { Some(json(text)) } else { None });
        let name = name.expect("a call").get("frame").cloned().unwrap();
        self.seq = 0;
        self.window(HOST, true, 1, message::of("offer").with("frame", name).with("versions", json("[1]")).with("hostNonce", "n"))
    }

    fn confirm(&mut self, accepted: &[Effect], epoch: &str, context: &str) -> Vec<Effect> {
        let accept = said(accepted).remove(0);
        assert_eq!((text(&accept, "type"), text(&accept, "hostNonce")), ("accept", "n"));
        let nonce = text(&accept, "frameNonce").to_owned();
        self.hear("confirm", |m| {
            let m = m.with("frameNonce", nonce).with("frameVersions", json("[1]")).with("hostVersions", json("[1]"));
            m.with("epoch", epoch).with("context", json(context))
        })
    }

    /// Shakes hands with a frame that calls.
    fn shake(&mut self, called: &[Effect], epoch: &str) -> Vec<Effect> {
        let accepted = self.offer(called);
        let effects = self.confirm(&accepted, epoch, r#"{"domain": "api.example.com"}"#);
        assert!(effects.iter().any(|effect| matches!(effect, Effect::Publish(Event::Connected(..)))), "{effects:?}");
        effects
    }

    fn connected(more: &str) -> Self {
        let mut frame = Self::new(more);
        let called = frame.start();
        frame.shake(&called, "first");
        frame
    }

    /// The port brings a message.
    fn hear(&mut self, kind: &str, change: impl FnOnce(Object) -> Object) -> Vec<Effect> {
        self.seq += 1;
        let text = message::text(change(message::of(kind)).with("v", 1_i64).with("seq", self.seq));
        self.feed(Input::Port { connection: self.connection, text })
    }

    fn call(&mut self, task: u32, call: Call) -> Vec<Effect> {
        self.feed(Input::Call(task, call))
    }

    fn token(&mut self, task: u32) -> Vec<Effect> {
        self.call(task, tokens("", "", 0, false))
    }

    /// Answers the last question in some effects with a token.
    fn give(&mut self, effects: &[Effect], token: &str, change: impl FnOnce(Object) -> Object) -> Vec<Effect> {
        let question = said(effects).pop().expect("a question");
        assert_eq!(text(&question, "type"), "token.request", "{question:?}");
        let (id, audience, scope) = (text(&question, "id"), text(&question, "audience"), text(&question, "scope"));
        let (id, audience, scope) = (id.to_owned(), audience.to_owned(), scope.to_owned());
        self.hear("token.response", |m| {
            let m = m.with("id", id).with("epoch", "first").with("access_token", token).with("token_type", "Bearer");
            change(m.with("audience", audience).with("scope", scope).with("token_id", format!("id of {token}")))
        })
    }

    fn answer(&mut self, task: u32, status: u16) -> Vec<Effect> {
        self.feed(Input::Sent(task, Answer { status, ..Answer::default() }))
    }

    fn later(&mut self, millis: i64) -> Vec<Effect> {
        self.time += millis;
        self.feed(Input::Timer)
    }
}

fn tokens(audience: &str, scope: &str, min_ttl: i64, force: bool) -> Call {
    Call::Tokens { want: Want { audience: audience.into(), scope: scope.into() }, min_ttl, force }
}

fn lives(seconds: i64) -> impl FnOnce(Object) -> Object {
    move |m| m.with("expires_in", seconds)
}

// The handshake.

#[test]
fn t347_the_port_of_an_offer_is_opened_or_closed_and_never_left() {
    let mut frame = Frame::new("");
    let called = frame.start();
    let offer = |origin: &'static str, from_parent: bool, ports: usize, name: &'static str| {
        move |frame: &mut Frame, called: &[Effect]| {
            let own = called.iter().find_map(|effect| if let Effect::Post(_, text) = effect { Some(json(text)) } else { None }).unwrap();
            let name = if name.is_empty() { text(&own, "frame").to_owned() } else { name.to_owned() };
            let offer = message::of("offer").with("frame", name).with("versions", json("[1]")).with("hostNonce", "n");
            frame.window(origin, from_parent, ports, offer)
        }
    };
    let wrong: [&dyn Fn(&mut Frame, &[Effect]) -> Vec<Effect>; 6] = [
        &offer("https://evil.example", true, 1, ""),
        &offer("null", true, 1, ""),
        &offer("https://staging.example.com", true, 1, ""),
        &offer(HOST, false, 1, ""),
        &offer(HOST, true, 2, ""),
        &offer(HOST, true, 1, "another"),
    ];
    for (number, wrong) in wrong.iter().enumerate() {
        let ignored = frame.guest.ignored();
        let effects = wrong(&mut frame, &called);
        assert_eq!((drops(&effects), opens(&effects), said(&effects).len()), (true, false, 0), "{number}");
        assert_eq!(frame.guest.ignored(), ignored + 1);
    }
    let effects = frame.offer(&called);
    assert_eq!((drops(&effects), opens(&effects), types(&effects)), (false, true, vec!["accept".to_owned()]));
    // A second one comes too late; that which was accepted goes on.
    let late = frame.offer(&called);
    assert_eq!((drops(&late), opens(&late)), (true, false));
    frame.connection -= 1;
    frame.confirm(&effects, "first", "{}");
    assert_eq!(types(&frame.token(1)), ["token.request"]);
}

#[test]
fn an_offer_that_nobody_confirms_is_given_up_and_the_host_called_again() {
    let mut frame = Frame::new("");
    let called = frame.start();
    let accepted = frame.offer(&called);
    assert_eq!(frame.guest.wake(), Some(5_000));
    assert!(frame.later(4_999).is_empty());
    let effects = frame.later(1);
    assert_eq!((shut(&effects), posts(&effects)), (vec![1], 1));
    // Its confirmation is nothing any more.
    let nonce = text(&said(&accepted)[0], "frameNonce").to_owned();
    assert!(frame.hear("confirm", |m| m.with("frameNonce", nonce)).is_empty());
    // Three calls in all; then the application hears that nobody is there.
    assert_eq!(posts(&frame.later(5_000)), 1);
    let effects = frame.later(5_000);
    assert_eq!((posts(&effects), degraded(&effects), frame.guest.wake()), (0, true, None));
}

#[test]
fn t363_what_a_host_of_another_age_offers_is_refused_and_a_good_host_is_found_later() {
    let mut frame = Frame::new("");
    let called = frame.start();
    let name = called.iter().find_map(|effect| if let Effect::Post(_, text) = effect { Some(json(text)) } else { None }).unwrap();
    frame.token(1);
    let offer = message::of("offer").with("frame", text(&name, "frame")).with("versions", json("[2]")).with("hostNonce", "n");
    let effects = frame.window(HOST, true, 1, offer);
    assert_eq!((drops(&effects), opens(&effects), degraded(&effects)), (true, false, true));
    assert_eq!(finished(&effects), [(1, "bridge_version".into())]);
    // Who calls next hears of what is wrong then.
    assert_eq!(posts(&frame.token(2)), 1);
    frame.later(5_000);
    frame.later(5_000);
    assert_eq!(finished(&frame.later(5_000)), [(2, "host_unavailable".into())]);
}

#[test]
fn t363_a_confirmation_that_was_changed_closes_the_port() {
    let mut frame = Frame::new("");
    let called = frame.start();
    let accepted = frame.offer(&called);
    let nonce = text(&said(&accepted)[0], "frameNonce").to_owned();
    let lists = |m: Object| m.with("frameVersions", json("[1]")).with("hostVersions", json("[1,2]"));
    let effects = frame.hear("confirm", |m| lists(m.with("frameNonce", nonce)));
    assert_eq!((shut(&effects), degraded(&effects)), (vec![1], true));
    assert!(frame.hear("ping", |m| m).is_empty());
}

#[test]
fn a_host_that_says_it_is_there_is_called_and_a_stranger_who_says_so_is_not() {
    for (origin, from_parent, calls) in
        [(HOST, true, 1), (HOST, false, 0), ("https://evil.example", true, 0), ("null", true, 0), ("https://staging.example.com", true, 0)]
    {
        let mut frame = Frame::new("");
        frame.start();
        for _ in 0..3 {
            frame.later(5_000);
        }
        assert_eq!(frame.guest.wake(), None);
        let ignored = frame.guest.ignored();
        assert_eq!(posts(&frame.window(origin, from_parent, 0, message::of("hello"))), calls, "{origin}");
        assert_eq!(frame.guest.ignored() - ignored, u32::from(calls == 0));
        // One that is being called is called at once, and asked where there is a port.
        let mut frame = Frame::new("");
        frame.start();
        assert_eq!(posts(&frame.window(origin, from_parent, 0, message::of("hello"))), calls, "{origin}");
        let mut frame = Frame::connected("");
        let port = frame.connection;
        let effects = frame.window(origin, from_parent, 0, message::of("hello"));
        assert_eq!((posts(&effects), types(&effects).len()), (0, calls));
        frame.connection = port;
    }
}

#[test]
fn without_a_page_around_nobody_is_called_whoever_speaks() {
    let mut frame = Frame::new("");
    assert!(frame.feed(Input::Start { framed: false, ancestor: None }).is_empty());
    assert!(frame.hello().is_empty());
    assert_eq!(frame.guest.wake(), None);
}

#[test]
fn t352_a_page_around_that_does_not_say_who_it_is_decides_nothing() {
    for (ancestor, calls) in [(None, 2), (Some(""), 2), (Some("null"), 2), (Some(HOST), 1), (Some("https://evil.example"), 0)] {
        let mut frame = Frame::new("");
        let effects = frame.feed(Input::Start { framed: true, ancestor: ancestor.map(String::from) });
        assert_eq!(posts(&effects), calls, "{ancestor:?}");
    }
}

#[test]
fn t383_who_comes_too_early_is_told_when_to_come_and_a_greeting_is_not_forgotten() {
    let mut frame = Frame::connected("");
    for _ in 0..2 {
        let called = frame.feed(Input::Lost { connection: frame.connection });
        frame.shake(&called, "first");
    }
    assert_eq!(posts(&frame.feed(Input::Lost { connection: frame.connection })), 0);
    let effects = frame.token(1);
    let Some(Effect::Finish(1, Err(failure))) = effects.first() else { panic!("{effects:?}") };
    assert_eq!(failure.to_value().get("retryAfter").and_then(Value::as_integer), Some(61));
    assert!(frame.hello().is_empty());
    assert_eq!(frame.guest.wake(), Some(60_000));
    assert_eq!(posts(&frame.later(59_999)), 0);
    assert_eq!(posts(&frame.later(1)), 1);
}

#[test]
fn a_host_that_is_asked_and_silent_is_given_up_after_five_seconds() {
    for answer in [None, Some("pong"), Some("event"), Some("of another version")] {
        let mut frame = Frame::connected("");
        frame.token(1);
        assert_eq!(types(&frame.feed(Input::Shown)), ["ping"]);
        // It is asked once.
        assert!(types(&frame.feed(Input::Visible(true))).is_empty());
        frame.later(4_000);
        match answer {
            Some("of another version") => {
                let text = message::text(message::of("pong").with("v", 2_i64).with("seq", 50_i64));
                frame.feed(Input::Port { connection: frame.connection, text });
            }
            Some(kind) => _ = frame.hear(kind, |m| m),
            None => (),
        }
        let effects = frame.later(1_000);
        let is_gone = matches!(answer, None | Some("of another version"));
        assert_eq!(shut(&effects), if is_gone { vec![1] } else { vec![] }, "{answer:?}");
        assert_eq!((degraded(&effects), posts(&effects)), (is_gone, usize::from(is_gone)));
        assert_eq!(finished(&effects), if is_gone { vec![(1, "host_unavailable".to_owned())] } else { vec![] });
    }
}

#[test]
fn a_page_that_is_shown_calls_a_host_that_it_had_and_no_other() {
    let mut frame = Frame::new("");
    frame.start();
    for _ in 0..3 {
        frame.later(5_000);
    }
    assert_eq!(posts(&frame.feed(Input::Shown)), 0, "there never was one");
    let mut frame = Frame::connected("");
    frame.feed(Input::Lost { connection: 1 });
    for _ in 0..3 {
        frame.later(5_000);
    }
    assert_eq!(posts(&frame.feed(Input::Visible(false))), 0);
    assert_eq!(posts(&frame.feed(Input::Visible(true))), 1);
}

#[test]
fn the_end_of_another_port_is_nothing() {
    let mut frame = Frame::connected("");
    assert!(frame.feed(Input::Lost { connection: 99 }).is_empty());
    assert_eq!(types(&frame.hear("ping", |m| m)), ["pong"]);
}

#[test]
fn t357_the_same_session_keeps_its_tokens_over_a_new_port_and_another_one_does_not() {
    for (epoch, kept) in [("first", true), ("second", false)] {
        let mut frame = Frame::connected("");
        let question = frame.token(1);
        frame.give(&question, "one", lives(600));
        let called = frame.feed(Input::Lost { connection: 1 });
        assert_eq!(finished(&frame.token(2)), [(2, "one".into())]);
        frame.shake(&called, epoch);
        let effects = frame.token(3);
        assert_eq!((finished(&effects).len(), types(&effects).len()), if kept { (1, 0) } else { (0, 1) }, "{epoch}");
    }
}

#[test]
fn t365_an_answer_and_an_end_of_another_epoch_are_nothing() {
    let mut frame = Frame::connected("");
    let question = frame.token(1);
    for epoch in ["second", ""] {
        assert!(frame.give(&question, "one", |m| m.with("epoch", epoch)).is_empty());
        assert!(frame.hear("session.ended", |m| m.with("epoch", epoch)).is_empty());
    }
    let effects = frame.hear("session.ended", |m| m.with("epoch", "first"));
    assert_eq!((shut(&effects), finished(&effects)), (vec![1], vec![(1, "signed_out".into())]));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Publish(Event::Ended))));
    // Nothing is heard on the old port, and nobody is called by the frame itself.
    assert!(frame.give(&question, "one", |m| m).is_empty());
    assert_eq!(frame.guest.wake(), None);
}

#[test]
fn t376_nothing_of_a_session_that_ended_is_used_afterwards() {
    for by_a_refusal in [true, false] {
        let mut frame = Frame::connected(r#", "allowedOrigins": ["https://files.example.com"]"#);
        let question = frame.token(1);
        frame.give(&question, "one", lives(600));
        if by_a_refusal {
            let question = frame.call(2, tokens("", "", 0, true));
            let id = text(&said(&question)[0], "id").to_owned();
            let effects = frame.hear("token.error", |m| m.with("id", id).with("code", "session_ended"));
            assert_eq!(finished(&effects), [(2, "signed_out".into())]);
        } else {
            frame.hear("session.ended", |m| m.with("epoch", "first"));
        }
        for (task, call) in [
            tokens("", "", 0, false),
            Call::Ready,
            Call::Fetch(fetch("https://files.example.com")),
            Call::Fetch(Fetch { limited: true, ..fetch(API) }),
            // Of what the host told nothing is left but that this is the platform's own interface.
            Call::Fetch(fetch(API)),
            Call::Host { method: "x".into(), params: Value::Null, limit: None },
        ]
        .into_iter()
        .enumerate()
        {
            let task = 10 + u32::try_from(task).unwrap();
            let effects = frame.call(task, call);
            assert_eq!((finished(&effects), sent(&effects).len(), posts(&effects)), (vec![(task, "signed_out".into())], 0, 0));
        }
        // Nothing of the session goes with a request to somebody else.
        assert_eq!(sent(&frame.call(20, Call::Fetch(fetch("https://elsewhere.example")))), [(20, None)]);
        // Visits to the page call nobody: a host says itself that there is another session.
        assert_eq!((posts(&frame.feed(Input::Shown)), posts(&frame.feed(Input::Visible(true)))), (0, 0));
        // Even the same name of a session brings back no token.
        let called = frame.hello();
        frame.shake(&called, "first");
        assert_eq!(types(&frame.token(30)), ["token.request"]);
        assert!(sent(&frame.call(31, Call::Fetch(fetch(API)))).is_empty(), "it waits for the token of the new session");
    }
}

#[test]
fn a_greeting_that_overtakes_the_end_of_a_session_is_followed_after_it() {
    let mut frame = Frame::connected("");
    let port = frame.connection;
    assert_eq!(types(&frame.hello()), ["ping"]);
    frame.connection = port;
    let effects = frame.hear("session.ended", |m| m.with("epoch", "first"));
    assert_eq!((shut(&effects), posts(&effects)), (vec![port], 1));
    frame.shake(&effects, "second");
    // It counts once.
    let effects = frame.hear("session.ended", |m| m.with("epoch", "second"));
    assert_eq!(posts(&effects), 0);
}

#[test]
fn the_context_is_an_object_or_left_as_it_is() {
    let mut frame = Frame::new("");
    let called = frame.start();
    let accepted = frame.offer(&called);
    let effects = frame.confirm(&accepted, "first", r#""no object""#);
    assert!(
        effects.iter().any(|e| matches!(e, Effect::Publish(Event::Connected(context, host)) if context.to_text() == "{}" && host == HOST))
    );
    assert!(frame.hear("context", |m| m.with("context", json("[1]"))).is_empty());
    assert!(frame.hear("context", |m| m).is_empty());
    let effects = frame.hear("context", |m| m.with("context", json(r#"{"domain": "api.example.com"}"#)));
    assert!(matches!(effects.as_slice(), [Effect::Publish(Event::Context(_))]));
    assert_eq!(finished(&frame.call(1, Call::Ready)), [(1, r#"{"domain":"api.example.com"}"#.into())]);
    let effects = frame.hear("event", |m| m.with("name", "news").with("data", json("[1]")));
    assert!(matches!(effects.as_slice(), [Effect::Publish(Event::Host(name, data))] if name == "news" && data.to_text() == "[1]"));
    let ignored = frame.guest.ignored();
    assert!(frame.hear("exec", |m| m.with("id", "1")).is_empty());
    assert_eq!(frame.guest.ignored(), ignored + 1);
}

#[test]
fn a_frame_that_is_closed_forgets_everything_and_closes_its_port() {
    let mut frame = Frame::connected("");
    let question = frame.token(1);
    frame.give(&question, "one", lives(600));
    frame.call(2, tokens("", "", 0, true));
    let effects = frame.call(3, Call::Close);
    assert_eq!((shut(&effects), finished(&effects)), (vec![1], vec![(2, "closed".into()), (3, "null".into())]));
    assert_eq!(finished(&frame.token(4)), [(4, "closed".into())]);
    assert!(frame.hello().is_empty());
    // It neither waits for anything nor calls anybody again, whatever happens.
    assert_eq!(frame.guest.wake(), None);
    assert!(frame.later(600_000).is_empty());
    assert!(frame.feed(Input::Shown).is_empty());
    assert!(frame.feed(Input::Visible(true)).is_empty());
}

// Tokens.

#[test]
fn t372_what_is_wanted_for_others_or_with_other_scopes_is_a_question_of_its_own() {
    let mut frame = Frame::connected("");
    let wants = [("", ""), ("a", ""), ("b", ""), ("a", "x"), ("a", "y")];
    let mut questions = Vec::new();
    for (task, (audience, scope)) in (1..).zip(wants) {
        questions.push(frame.call(task, tokens(audience, scope, 0, false)));
    }
    for (task, (audience, scope)) in (11..).zip(wants) {
        assert!(frame.call(task, tokens(audience, scope, 0, false)).is_empty());
    }
    for (number, question) in questions.iter().enumerate().rev() {
        let task = u32::try_from(number).unwrap() + 1;
        let token = format!("token{task}");
        let effects = frame.give(question, &token, lives(600));
        assert_eq!(finished(&effects), [(task, token.clone()), (task + 10, token)]);
    }
    for (task, (audience, scope)) in (21..).zip(wants) {
        assert_eq!(finished(&frame.call(task, tokens(audience, scope, 0, false))), [(task, format!("token{}", task - 20))]);
    }
}

#[test]
fn t372_who_insists_on_a_new_token_shares_with_others_who_do() {
    let mut frame = Frame::connected("");
    let ordinary = frame.token(1);
    let forced = frame.call(2, tokens("", "", 0, true));
    assert_eq!((text(&said(&ordinary)[0], "reason"), text(&said(&forced)[0], "reason")), ("needed", "forced"));
    assert!(frame.call(3, tokens("", "", 0, true)).is_empty());
    assert_eq!(finished(&frame.give(&ordinary, "old", lives(600))), [(1, "old".into())]);
    // Who does not insist gets what there is.
    assert_eq!(finished(&frame.token(4)), [(4, "old".into())]);
    assert_eq!(finished(&frame.give(&forced, "new", lives(600))), [(2, "new".into()), (3, "new".into())]);
    // With nothing there, a question for a new one is good for all.
    let forced = frame.call(5, tokens("a", "", 0, true));
    assert!(frame.call(6, tokens("a", "", 0, false)).is_empty());
    assert_eq!(finished(&frame.give(&forced, "a", lives(600))).len(), 2);
}

#[test]
fn t384_a_token_is_used_while_it_lives_as_long_as_the_caller_wants() {
    let mut frame = Frame::connected("");
    let question = frame.token(1);
    frame.give(&question, "one", lives(600));
    for (at, min_ttl, used) in [(0, 599_999, true), (0, 600_000, false), (599_999, 0, true), (600_000, 0, false)] {
        let mut frame = Frame::connected("");
        let question = frame.token(1);
        frame.give(&question, "one", lives(600));
        frame.time += at;
        let effects = frame.call(2, tokens("", "", min_ttl, false));
        assert_eq!(finished(&effects).len(), usize::from(used), "{at} {min_ttl}");
    }
    // One without an end is used for ever.
    let mut frame = Frame::connected("");
    let question = frame.token(1);
    frame.give(&question, "one", |m| m);
    frame.time += 1_000_000_000;
    assert_eq!(finished(&frame.call(2, tokens("", "", 86_400_000, false))), [(2, "one".into())]);
}

#[test]
fn t385_a_lifetime_is_over_when_either_clock_says_so_and_no_clock_gives_it_back() {
    let steps = [
        (600_000, 0, false),
        (0, 600_000, false),
        (599_999, 0, true),
        (-600_000, 0, true),
        (0, -600_000, true),
        (-600_000, -600_000, true),
    ];
    for (wall, monotonic, used) in steps {
        let mut frame = Frame::connected("");
        let question = frame.token(1);
        frame.give(&question, "one", lives(600));
        let now = Now { wall: frame.time + wall, monotonic: frame.time + monotonic };
        let effects = frame.guest.feed(Input::Call(2, tokens("", "", 0, false)), Moment { now, random: [0; 16] });
        assert_eq!(finished(&effects).len(), usize::from(used), "{wall} {monotonic}");
        // Back again to where it was: what has passed has passed.
        let now = Now { wall: frame.time, monotonic: frame.time };
        frame.guest.feed(Input::Timer, Moment { now, random: [0; 16] });
        frame.time += 599_999;
        let late = frame.token(3);
        assert!(!finished(&late).iter().any(|(task, _)| *task == 3), "{wall} {monotonic}");
    }
}

#[test]
fn t369_a_lifetime_that_is_believed_has_its_limits() {
    for (life, good) in [("0", true), ("31622400", true), ("31622401", false), ("-1", false), ("true", false), (r#""60""#, false)] {
        let mut frame = Frame::connected("");
        let question = frame.token(1);
        let effects = frame.give(&question, "one", |m| m.with("expires_in", json(life)));
        assert_eq!(finished(&effects)[0].1, if good { "one" } else { "host_answer_invalid" }, "{life}");
        assert_eq!(effects.iter().any(|effect| matches!(effect, Effect::Publish(Event::Tokens(..)))), good);
        // What was not believed was not kept either.
        assert_eq!(types(&frame.token(2)).len(), usize::from(!good || life == "0"), "{life}");
    }
}

#[test]
fn t369_what_was_not_asked_for_may_be_given_and_what_was_must_be() {
    type Change = fn(Object) -> Object;
    let cases: [(&str, &str, Change, bool); 9] = [
        ("", "", |m| m.with("audience", "https://anything.example/").with("scope", "x y"), true),
        ("a", "", |m| m.with("audience", "b"), false),
        ("a", "", |m| m.with("audience", ""), false),
        ("a", "x y", |m| m.with("scope", "y  x z"), true),
        ("a", "x y", |m| m.with("scope", "x"), false),
        ("a", "x", |m| m.with("scope", "xy"), false),
        ("a", "x", |m| m.with("scope", ""), false),
        ("", "", |m| m.with("token_type", "bEARER"), true),
        ("", "", |m| m.with("token_type", "DPoP"), false),
    ];
    for (number, (audience, scope, change, good)) in cases.into_iter().enumerate() {
        let mut frame = Frame::connected("");
        let question = frame.call(1, tokens(audience, scope, 0, false));
        let effects = frame.give(&question, "one", change);
        assert_eq!(finished(&effects)[0].1, if good { "one" } else { "host_answer_invalid" }, "{number}");
    }
}

#[test]
fn a_token_is_renewed_in_time_and_not_too_often() {
    for (life, at) in [(6_000, 5_700_000), (1_500, 1_200_000), (600, 480_000), (100, 70_000), (40, 20_000), (10, 10_000)] {
        let mut frame = Frame::connected("");
        let question = frame.token(1);
        frame.give(&question, "one", lives(life));
        assert_eq!(frame.guest.wake(), Some(at), "{life}");
        assert!(types(&frame.later(at - 1)).is_empty());
        let effects = frame.later(1);
        assert_eq!(text(&said(&effects)[0], "reason"), "renewal");
    }
    // It fails: again after ten seconds, then after longer and longer ones.
    let mut frame = Frame::connected("");
    let question = frame.token(1);
    frame.give(&question, "one", lives(6_000));
    let mut effects = frame.later(5_700_000);
    for wait in [10_000, 10_000, 10_000, 10_000, 16_000, 32_000, 60_000, 60_000] {
        let id = text(&said(&effects)[0], "id").to_owned();
        frame.hear("token.error", |m| m.with("id", id).with("code", "transient"));
        assert_eq!(frame.guest.wake(), Some(wait));
        assert!(types(&frame.later(wait - 1)).is_empty());
        effects = frame.later(1);
        assert_eq!(types(&effects), ["token.request"]);
    }
}

#[test]
fn only_a_token_that_is_used_is_renewed_and_only_where_somebody_wants_that() {
    let question = |more: &str, audience: &str, used: bool| {
        let mut frame = Frame::connected(more);
        let question = frame.call(1, tokens(audience, "", 0, true));
        frame.give(&question, "one", lives(600));
        if used {
            frame.call(2, tokens(audience, "", 0, false));
        }
        let effects = frame.later(480_000);
        types(&effects).len()
    };
    assert_eq!((question("", "", false), question("", "a", false), question("", "a", true)), (1, 0, 1));
    assert_eq!(question(r#", "automaticRenewal": false"#, "", true), 0);
    assert_eq!(question(r#", "automaticRenewal": true"#, "", true), 1);
}

#[test]
fn a_renewal_is_not_asked_for_beside_a_question_for_the_same() {
    let mut frame = Frame::connected(r#", "timeout": 600000"#);
    let question = frame.token(1);
    frame.give(&question, "one", lives(600));
    frame.later(479_000);
    assert_eq!(types(&frame.call(2, tokens("", "", 0, true))), ["token.request"]);
    assert!(types(&frame.later(1_000)).is_empty());
    // Another one under way does not stop it.
    let mut frame = Frame::connected(r#", "timeout": 600000"#);
    let question = frame.token(1);
    frame.give(&question, "one", lives(600));
    frame.later(479_000);
    frame.call(2, tokens("a", "", 0, true));
    assert_eq!(types(&frame.later(1_000)), ["token.request"]);
}

#[test]
fn an_answer_that_is_too_late_is_for_nobody_and_the_host_is_asked_whether_it_is_there() {
    let mut frame = Frame::connected("");
    let question = frame.token(1);
    assert_eq!(frame.guest.wake(), Some(10_000));
    assert!(frame.later(9_999).is_empty());
    let effects = frame.later(1);
    assert_eq!((finished(&effects), types(&effects)), (vec![(1, "host_unavailable".into())], vec!["ping".into()]));
    let ignored = frame.guest.ignored();
    assert!(frame.give(&question, "late", lives(600)).is_empty());
    assert_eq!(frame.guest.ignored(), ignored + 1);
    assert_eq!(types(&frame.token(2)), ["token.request"]);
    // A call may have its own time.
    let mut frame = Frame::connected("");
    frame.call(1, Call::Host { method: "x".into(), params: Value::Null, limit: Some(60_000) });
    frame.call(2, Call::Host { method: "y".into(), params: Value::Null, limit: None });
    assert_eq!(finished(&frame.later(10_000)), [(2, "host_unavailable".into())]);
    frame.hear("pong", |m| m);
    assert!(finished(&frame.later(49_999)).is_empty());
    assert_eq!(finished(&frame.later(1)), [(1, "host_unavailable".into())]);
}

#[test]
fn t364_each_answer_is_for_the_call_that_asked() {
    let mut frame = Frame::connected("");
    let ids: Vec<String> = (1..=3)
        .map(|task| {
            let effects = frame.call(task, Call::Host { method: "x".into(), params: Value::Null, limit: None });
            text(&said(&effects)[0], "id").to_owned()
        })
        .collect();
    let answer = |id: &str, result: &str| message::of("call.response").with("id", id).with("epoch", "first").with("result", result);
    let effects = frame.hear("call.response", |_| answer(&ids[1], "two"));
    assert_eq!(finished(&effects), [(2, r#""two""#.into())]);
    let effects = frame.hear("call.error", |m| m.with("id", ids[2].as_str()).with("code", "not_allowed").with("retry_after", 5_i64));
    let [Effect::Finish(3, Err(failure))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(failure.to_value().get("retryAfter").and_then(Value::as_integer), Some(5));
    assert_eq!(finished(&frame.hear("call.response", |_| answer(&ids[0], "one"))), [(1, r#""one""#.into())]);
}

// Requests.

#[test]
fn a_token_goes_to_exactly_the_origins_of_the_list_each_with_its_own() {
    let list = r#", "allowedOrigins": [{"origin": "https://files.example.com", "audience": "files"}, {"origin": "https://mail.example.com:8443", "audience": "mail", "scopes": ["r"]}]"#;
    let mut frame = Frame::connected(list);
    for (task, origin) in (1..).zip([
        "https://files.example.com.evil.net", "https://files.example.com:8443", "http://files.example.com", "https://example.com",
        "https://mail.example.com", "https://mail.example.com:84", "", "null", "https://",
    ]) {
        assert_eq!(sent(&frame.call(task, Call::Fetch(fetch(origin)))), [(task, None)], "{origin}");
    }
    for (task, origin, audience, scope) in
        [(20, "https://files.example.com", "files", ""), (21, "https://mail.example.com:8443", "mail", "r"), (22, API, "", "")]
    {
        let effects = frame.call(task, Call::Fetch(fetch(origin)));
        let question = said(&effects).remove(0);
        assert_eq!((text(&question, "audience"), text(&question, "scope"), text(&question, "reason")), (audience, scope, "needed"));
        let effects = frame.give(&effects, &format!("for-{task}"), lives(600));
        assert_eq!(sent(&effects), [(task, Some(format!("Bearer for-{task}")))]);
    }
}

#[test]
fn the_interface_of_the_platform_is_reached_safely_or_without_a_token() {
    for (context, origin, token) in [
        (r#"{"domain": "api.example.com"}"#, "https://api.example.com", true),
        (r#"{"domain": "api.example.com", "https": true}"#, "https://api.example.com", true),
        (r#"{"domain": "api.example.com", "https": true}"#, "http://api.example.com", false),
        (r#"{"domain": "api.example.com", "https": false}"#, "http://api.example.com", false),
        (r#"{"domain": "api.example.com", "https": false}"#, "https://api.example.com", false),
        (r#"{"domain": "localhost:3000", "https": false}"#, "http://localhost:3000", true),
        (r#"{"domain": "api.example.com", "https": "no"}"#, "https://api.example.com", true),
        (r#"{"domain": ""}"#, "https://", false),
        (r#"{"domain": 7}"#, "https://7", false),
        ("{}", "https://api.example.com", false),
        (r#"{"domain": "api.example.com/"}"#, "https://api.example.com/", false),
        (r#"{"domain": "user@api.example.com"}"#, "https://user@api.example.com", false),
    ] {
        let mut frame = Frame::new("");
        let called = frame.start();
        let accepted = frame.offer(&called);
        frame.confirm(&accepted, "first", context);
        let effects = frame.call(1, Call::Fetch(fetch(origin)));
        assert_eq!((types(&effects).len(), sent(&effects).len()), if token { (1, 0) } else { (0, 1) }, "{context} {origin}");
        assert!(sent(&effects).iter().all(|(_, header)| header.is_none()));
    }
}

#[test]
fn t374_a_refusal_names_the_token_and_only_a_newer_one_is_tried_once() {
    let mut frame = Frame::connected("");
    let question = frame.call(1, Call::Fetch(fetch(API)));
    frame.give(&question, "one", lives(600));
    assert_eq!(sent(&frame.call(2, Call::Fetch(fetch(API)))), [(2, Some("Bearer one".into()))]);
    let effects = frame.answer(1, 401);
    let question = said(&effects).remove(0);
    assert_eq!((text(&question, "reason"), text(&question, "rejected")), ("rejected", "id of one"));
    let effects = frame.give(&effects, "two", lives(600));
    assert_eq!(sent(&effects), [(1, Some("Bearer two".into()))]);
    // There is another by now: no question.
    let effects = frame.answer(2, 401);
    assert_eq!((sent(&effects), types(&effects).len()), (vec![(2, Some("Bearer two".into()))], 0));
    // Once each.
    for task in [1, 2] {
        let effects = frame.answer(task, 401);
        assert_eq!((finished(&effects), types(&effects).len()), (vec![(task, "null".into())], 0));
    }
    // The next request uses the token: it was not refused for that one.
    assert_eq!(sent(&frame.call(3, Call::Fetch(fetch(API)))), [(3, Some("Bearer two".into()))]);
    // A refusal of the host is that of the call.
    let effects = frame.answer(3, 401);
    let id = text(&said(&effects)[0], "id").to_owned();
    let effects = frame.hear("token.error", |m| m.with("id", id).with("code", "needs_interaction"));
    assert_eq!((finished(&effects), sent(&effects).len()), (vec![(3, "needs_interaction".into())], 0));
}

#[test]
fn t374_only_a_401_to_a_token_is_a_reason_for_another_one() {
    for (status, header, asked) in [
        (401, None, true),
        (401, Some(r#"Bearer error="invalid_token""#), true),
        (401, Some(r#"Bearer error="insufficient_scope""#), false),
        (401, Some(r#"bearer ERROR="INSUFFICIENT_user_authentication""#), false),
        (403, None, false),
        (400, None, false),
        (200, None, false),
        (429, None, false),
    ] {
        let mut frame = Frame::connected("");
        let question = frame.call(1, Call::Fetch(fetch(API)));
        frame.give(&question, "one", lives(600));
        let answer = Answer { status, www_authenticate: header.map(String::from), ..Answer::default() };
        let effects = frame.feed(Input::Sent(1, answer));
        assert_eq!((types(&effects).len(), finished(&effects).len()), if asked { (1, 0) } else { (0, 1) }, "{status} {header:?}");
    }
    // A request that carried none.
    let mut frame = Frame::connected("");
    assert_eq!(sent(&frame.call(1, Call::Fetch(fetch("https://elsewhere.example")))), [(1, None)]);
    let effects = frame.answer(1, 401);
    assert_eq!((finished(&effects), types(&effects).len(), sent(&effects).len()), (vec![(1, "null".into())], 0, 0));
}

#[test]
fn a_token_that_comes_at_its_end_is_used_once_by_who_waited_for_it() {
    let mut frame = Frame::connected("");
    let question = frame.call(1, Call::Fetch(fetch(API)));
    let effects = frame.give(&question, "short", lives(0));
    assert_eq!((sent(&effects), types(&effects).len()), (vec![(1, Some("Bearer short".into()))], 0));
    // Who comes later asks anew.
    assert_eq!(types(&frame.call(2, Call::Fetch(fetch(API)))), ["token.request"]);
    // Refused, it is named, and what comes then is judged anew.
    let mut frame = Frame::connected("");
    let question = frame.call(1, Call::Fetch(fetch(API)));
    frame.give(&question, "one", lives(600));
    frame.time += 600_000;
    let effects = frame.answer(1, 401);
    assert_eq!(text(said(&effects).last().unwrap(), "rejected"), "id of one");
}

#[test]
fn a_host_that_gives_tokens_no_names_hears_ours() {
    let mut frame = Frame::connected("");
    let question = frame.call(1, Call::Fetch(fetch(API)));
    frame.give(&question, "one", |m| m.with("token_id", ""));
    let effects = frame.answer(1, 401);
    let name = text(&said(&effects)[0], "rejected").to_owned();
    assert!(!name.is_empty() && !name.contains("one"));
    // The same token under another name is tried: that is not known to be the same.
    assert_eq!(sent(&frame.give(&effects, "two", |m| m.with("token_id", ""))), [(1, Some("Bearer two".into()))]);
}

#[test]
fn a_request_that_comes_too_early_is_repeated_after_the_time_that_the_platform_says() {
    for (retry_after, wait) in [
        (Some("7"), 7_000),
        (Some("0"), 0),
        (Some("-1"), 1_000),
        (Some("3600"), 3_600_000),
        (Some("3601"), 3_600_000),
        (Some("tomorrow"), 1_000),
        (None, 1_000),
    ] {
        let mut frame = Frame::connected("");
        let question = frame.call(1, Call::Fetch(Fetch { limited: true, ..fetch(API) }));
        frame.give(&question, "one", |m| m);
        let effects = frame.feed(Input::Sent(1, Answer { status: 429, retry_after: retry_after.map(String::from), ..Answer::default() }));
        assert_eq!((sent(&effects).len(), finished(&effects).len()), (usize::from(wait == 0), 0), "{retry_after:?}");
        if wait > 0 {
            assert_eq!(frame.guest.wake(), Some(wait));
            assert!(sent(&frame.later(wait - 1)).is_empty());
            assert_eq!(sent(&frame.later(1)), [(1, Some("Bearer one".into()))]);
        }
    }
    // Without a word of the platform, each pause is twice the one before; three repetitions are enough.
    let mut frame = Frame::connected("");
    let question = frame.call(1, Call::Fetch(Fetch { limited: true, ..fetch(API) }));
    frame.give(&question, "one", |m| m);
    for wait in [1_000, 2_000, 4_000] {
        assert!(finished(&frame.answer(1, 429)).is_empty());
        // It is not sent twice while it is on its way or has a pause.
        assert!(sent(&frame.later(wait - 1)).is_empty());
        assert_eq!(sent(&frame.later(1)).len(), 1);
        assert!(sent(&frame.later(1)).is_empty());
    }
    assert_eq!(finished(&frame.answer(1, 429)), [(1, "null".into())]);
}

#[test]
fn only_what_can_be_sent_again_and_is_under_the_limit_is_repeated() {
    for (replayable, limited, repeated) in [(true, true, true), (false, true, false), (true, false, false)] {
        for status in [429, 503, 200] {
            let mut frame = Frame::connected("");
            let question = frame.call(1, Call::Fetch(Fetch { limited, replayable, ..fetch(API) }));
            frame.give(&question, "one", |m| m);
            let repeated = repeated && status == 429;
            assert_eq!(finished(&frame.answer(1, status)).len(), usize::from(!repeated), "{replayable} {limited} {status}");
        }
    }
}

fn state(frame: &Frame, name: &str) -> i64 {
    frame.guest.limiter().describe().get(name).and_then(Value::as_integer).unwrap()
}

#[test]
fn the_state_of_the_limit_is_what_the_platform_said_last() {
    // Seconds that are left, seconds since 1970, milliseconds since 1970.
    for (reset, expected) in [
        ("2", 1_002_000),
        ("999999", 1_000_999_000),
        ("1000000", 1_000_000_000),
        ("99999999999", 99_999_999_999_000),
        ("100000000000", 100_000_000_000),
        ("soon", 0),
    ] {
        let mut frame = Frame::connected("");
        let all = |frame: &Frame| ["limit", "processing", "remaining", "reset", "lastRequestTime"].map(|name| state(frame, name));
        assert_eq!(all(&frame), [-1, 0, -1, 0, 0]);
        frame.hear("context", |m| m.with("context", json(r#"{"domain": "api.example.com", "ratelimit": {"limit": 2}}"#)));
        let question = frame.call(1, Call::Fetch(Fetch { limited: true, ..fetch(API) }));
        frame.give(&question, "one", |m| m);
        assert_eq!(all(&frame), [2, 1, -1, 0, 1_000_000]);
        frame.feed(Input::Sent(1, Answer { status: 200, remaining: Some("5".into()), reset: Some(reset.into()), ..Answer::default() }));
        assert_eq!(all(&frame), [2, 0, 5, expected, 1_000_000], "{reset}");
        // An answer that says nothing changes nothing.
        frame.call(2, Call::Fetch(Fetch { limited: true, ..fetch(API) }));
        frame.answer(2, 200);
        assert_eq!(all(&frame), [2, 0, 5, expected, 1_000_000]);
    }
}

#[test]
fn two_requests_a_second_are_two_and_the_third_waits_for_its_place() {
    let mut frame = Frame::connected("");
    frame.hear("context", |m| m.with("context", json(r#"{"domain": "api.example.com", "ratelimit": {"limit": 2}}"#)));
    let question = frame.token(100);
    frame.give(&question, "one", |m| m);
    let limited = || Call::Fetch(Fetch { limited: true, ..fetch(API) });
    assert_eq!(sent(&frame.call(1, limited())).len(), 1);
    frame.time += 400;
    assert_eq!(sent(&frame.call(2, limited())).len(), 1);
    assert_eq!(sent(&frame.call(3, limited())).len(), 0);
    assert_eq!(sent(&frame.call(4, limited())).len(), 0);
    // One that is not under the limit does not wait.
    assert_eq!(sent(&frame.call(5, Call::Fetch(fetch(API)))).len(), 1);
    assert_eq!(frame.guest.wake(), Some(600));
    assert_eq!(sent(&frame.later(599)).len(), 0);
    assert_eq!(sent(&frame.later(1)), [(3, Some("Bearer one".into()))]);
    // A limit of nothing is none, and the former one stays.
    frame.hear("context", |m| m.with("context", json(r#"{"domain": "api.example.com", "ratelimit": {"limit": 0}}"#)));
    assert_eq!(state(&frame, "limit"), 2);
    assert_eq!(frame.guest.wake(), Some(400));
    // Who waits has no place to give back, and who is not under the limit has none either.
    assert_eq!(state(&frame, "processing"), 3);
    frame.feed(Input::Cancel(4));
    frame.feed(Input::Cancel(5));
    assert_eq!(state(&frame, "processing"), 3);
    let effects = frame.feed(Input::Cancel(1));
    assert_eq!((state(&frame, "processing"), finished(&effects)), (2, vec![(1, "aborted".into())]));
    // One that brought no answer is told to the application elsewhere.
    assert!(frame.feed(Input::NotSent(2)).is_empty());
    assert_eq!(state(&frame, "processing"), 1);
    assert!(frame.answer(2, 200).is_empty() && frame.answer(4, 200).is_empty());
}

#[test]
fn a_request_under_the_limit_waits_for_the_context_or_hears_that_there_is_none() {
    let limited = || Call::Fetch(Fetch { limited: true, ..fetch(API) });
    let mut frame = Frame::new("");
    let called = frame.start();
    assert!(frame.call(1, limited()).is_empty());
    let effects = frame.shake(&called, "first");
    assert_eq!(types(&effects), ["token.request"]);
    let mut frame = Frame::new("");
    frame.start();
    frame.call(1, limited());
    frame.later(5_000);
    frame.later(5_000);
    assert_eq!(finished(&frame.later(5_000)), [(1, "host_unavailable".into())]);
}

#[test]
fn a_call_that_was_given_up_is_not_answered_and_its_question_serves_others() {
    let mut frame = Frame::connected("");
    let question = frame.token(1);
    frame.token(2);
    assert_eq!(finished(&frame.feed(Input::Cancel(1))), [(1, "aborted".into())]);
    assert!(frame.feed(Input::Cancel(1)).is_empty());
    assert_eq!(finished(&frame.give(&question, "one", |m| m)), [(2, "one".into())]);
    assert!(frame.feed(Input::Asked("anything".into(), Ok(Value::Null))).is_empty());
}

#[test]
fn what_the_application_is_told_of_a_token_is_all_that_there_is() {
    let mut frame = Frame::connected("");
    let question = frame.token(1);
    let sent_at = frame.time;
    frame.time += 2_000;
    let effects = frame.give(&question, "one", |m| m.with("expires_in", 60_i64).with("scope", "x y").with("audience", "a"));
    let expected = format!(
        r#"{{"accessToken":"one","tokenType":"Bearer","audience":"a","scopes":["x","y"],"refreshToken":"","expiresAt":{},"default":true}}"#,
        sent_at + 60_000
    );
    let arrived = |effects: &[Effect]| {
        let of = |effect: &Effect| {
            if let Effect::Publish(Event::Tokens(token, replaced)) = effect { Some((token.to_text(), *replaced)) } else { None }
        };
        effects.iter().filter_map(of).collect::<Vec<_>>()
    };
    assert_eq!(arrived(&effects), [(expected, false)]);
    // Another one is beside it; the same again replaces it.
    let question = frame.call(2, tokens("b", "", 0, false));
    let effects = frame.give(&question, "two", |m| m);
    assert!(matches!(arrived(&effects).as_slice(), [(text, false)] if text.contains(r#""default":false"#)));
    let question = frame.call(3, tokens("", "", 0, true));
    assert!(matches!(arrived(&frame.give(&question, "three", |m| m)).as_slice(), [(text, true)] if text.contains("three")));
    assert_eq!(finished(&frame.call(4, tokens("b", "", 0, false))), [(4, "two".into())]);
}

#[test]
fn no_name_is_used_twice_even_where_chance_repeats_itself() {
    let mut guest = Guest::new(options(""));
    let moment = Moment { random: [9; 16], ..Moment::default() };
    let effects = guest.feed(Input::Start { framed: true, ancestor: Some(HOST.into()) }, moment);
    let [Effect::Post(_, ready)] = effects.as_slice() else { panic!("{effects:?}") };
    let name = text(&json(ready), "frame").to_owned();
    let offer = message::of("offer").with("frame", name.as_str()).with("versions", json("[1]")).with("hostNonce", "n");
    let input = Input::Window { origin: HOST.into(), from_parent: true, ports: 1, connection: 1, text: message::text(offer) };
    let effects = guest.feed(input, moment);
    let nonce = text(&said(&effects)[0], "frameNonce").to_owned();
    assert!(name != nonce && name.len() >= 22 && nonce.len() >= 22);
    // Chance decides both.
    let other =
        Guest::new(options("")).feed(Input::Start { framed: true, ancestor: Some(HOST.into()) }, Moment { random: [8; 16], ..moment });
    let [Effect::Post(_, ready)] = other.as_slice() else { panic!("{other:?}") };
    assert_ne!(text(&json(ready), "frame"), name);
}

#[test]
fn calls_that_wait_too_long_at_the_same_time_all_end() {
    let mut frame = Frame::connected("");
    frame.token(1);
    frame.call(2, tokens("a", "", 0, false));
    frame.call(3, Call::Host { method: "x".into(), params: Value::Null, limit: None });
    let unavailable = |task: u32| (task, "host_unavailable".to_owned());
    assert_eq!(finished(&frame.later(10_000)), [unavailable(1), unavailable(2), unavailable(3)]);
}

#[test]
fn what_a_frame_ignores_is_counted_and_nothing_else() {
    let mut frame = Frame::new("");
    let called = frame.start();
    let accepted = frame.offer(&called);
    frame.hear("confirm", |m| m.with("frameNonce", "wrong"));
    assert_eq!(frame.guest.ignored(), 1);
    frame.confirm(&accepted, "first", "{}");
    frame.hear("pong", |m| m);
    assert_eq!(frame.guest.ignored(), 1);
    frame.feed(Input::Port { connection: frame.connection, text: "nothing".into() });
    assert_eq!(frame.guest.ignored(), 2);
    frame.seq -= 1;
    frame.hear("ping", |m| m);
    assert_eq!(frame.guest.ignored(), 3);
    frame.feed(Input::Port { connection: 99, text: r#"{"oxidc":"miniapp","type":"ping","v":1,"seq":90}"#.into() });
    assert_eq!(frame.guest.ignored(), 4);
}

#[test]
fn t383_a_host_that_calls_all_the_time_is_not_called_more_often_for_that() {
    let mut frame = Frame::connected("");
    for _ in 0..2 {
        let called = frame.feed(Input::Lost { connection: frame.connection });
        frame.shake(&called, "first");
    }
    // It says that it is there, and is gone: it is called as soon as that is allowed, and not before, however often it says so.
    let port = frame.connection;
    frame.hello();
    assert_eq!(posts(&frame.feed(Input::Lost { connection: port })), 0);
    assert_eq!(frame.guest.wake(), Some(60_000));
    for _ in 0..5 {
        assert!(frame.hello().is_empty());
    }
    assert_eq!(frame.guest.wake(), Some(60_000));
    let mut called = frame.later(60_000);
    assert_eq!(posts(&called), 1);
    // That was one of three for the next minute, with three calls.
    for (left, next) in [(2, 1), (1, 1), (0, 0)] {
        frame.shake(&called, "first");
        called = frame.feed(Input::Lost { connection: frame.connection });
        assert_eq!(posts(&called), next, "{left}");
    }
    let mut frame = Frame::connected("");
    for _ in 0..2 {
        let called = frame.feed(Input::Lost { connection: frame.connection });
        frame.shake(&called, "first");
    }
    frame.feed(Input::Lost { connection: frame.connection });
    frame.hello();
    assert_eq!([60_000, 5_000, 5_000, 5_000].map(|pause| posts(&frame.later(pause))), [1, 1, 1, 0]);
}

#[test]
fn a_request_that_saw_the_host_called_once_has_it_called_again_later() {
    let mut frame = Frame::new(r#", "allowedOrigins": ["https://files.example.com"]"#);
    let called = frame.start();
    frame.call(1, Call::Fetch(fetch("https://files.example.com")));
    let question = frame.shake(&called, "first");
    assert_eq!(sent(&frame.give(&question, "one", |m| m)).len(), 1);
    frame.feed(Input::Lost { connection: frame.connection });
    for _ in 0..3 {
        frame.later(5_000);
    }
    assert_eq!(frame.guest.wake(), None);
    let effects = frame.answer(1, 401);
    assert_eq!((posts(&effects), finished(&effects).len()), (1, 0));
}

#[test]
fn nothing_is_renewed_while_there_is_no_host() {
    let mut frame = Frame::connected("");
    let question = frame.token(1);
    frame.give(&question, "one", lives(600));
    frame.feed(Input::Lost { connection: frame.connection });
    for _ in 0..3 {
        frame.later(5_000);
    }
    assert_eq!(frame.guest.wake(), None);
    assert!(frame.later(480_000).is_empty());
    assert_eq!(frame.guest.wake(), None);
    // What lives is used to its end, which it has in time.
    frame.time += 104_999 - 1;
    let effects = frame.call(2, Call::Fetch(fetch(API)));
    assert_eq!(sent(&effects), [(2, Some("Bearer one".into()))]);
    frame.time += 1;
    assert_eq!(sent(&frame.call(3, Call::Fetch(fetch(API)))).len(), 1);
    frame.time += 1;
    assert_eq!(sent(&frame.call(4, Call::Fetch(fetch(API)))).len(), 0);
}

#[test]
fn each_token_is_renewed_in_its_own_time() {
    let mut frame = Frame::connected("");
    let question = frame.token(1);
    frame.give(&question, "one", lives(6_000));
    let question = frame.call(2, tokens("a", "", 0, false));
    frame.give(&question, "two", lives(600));
    frame.call(3, tokens("a", "", 0, false));
    let effects = frame.later(480_000);
    let question = said(&effects).remove(0);
    assert_eq!((text(&question, "audience"), said(&effects).len()), ("a", 1));
    let id = text(&question, "id").to_owned();
    frame.hear("token.error", |m| m.with("id", id).with("code", "transient"));
    assert_eq!(frame.guest.wake(), Some(10_000));
    assert!(frame.later(9_999).is_empty());
    assert_eq!(types(&frame.later(1)), ["token.request"]);
    assert_eq!(frame.guest.wake(), Some(10_000), "its answer is waited for");
}

#[test]
fn a_token_with_scopes_of_its_own_is_not_the_default_one() {
    let mut frame = Frame::connected("");
    for (task, (audience, scope, default)) in (1..).zip([("", "", true), ("", "x", false), ("a", "", false)]) {
        let question = frame.call(task, tokens(audience, scope, 0, false));
        let effects = frame.give(&question, "one", lives(600));
        let is_default = effects
            .iter()
            .find_map(|effect| if let Effect::Publish(Event::Tokens(token, _)) = effect { token.get("default") } else { None });
        assert_eq!(is_default.and_then(Value::as_bool), Some(default), "{audience} {scope}");
    }
}

#[test]
fn a_limit_of_nothing_is_no_limit_and_no_lock() {
    let context = |limit: i64| json(&format!(r#"{{"domain": "api.example.com", "ratelimit": {{"limit": {limit}}}}}"#));
    let limited = || Call::Fetch(Fetch { limited: true, ..fetch(API) });
    for limit in [0, -1] {
        let mut frame = Frame::connected("");
        let question = frame.token(100);
        frame.give(&question, "one", |m| m);
        frame.hear("context", |m| m.with("context", context(limit)));
        assert_eq!(sent(&frame.call(1, limited())).len(), 1);
        assert_eq!(state(&frame, "limit"), -1);
        frame.hear("context", |m| m.with("context", context(1)));
        assert_eq!((sent(&frame.call(2, limited())).len(), state(&frame, "limit")), (1, 1));
        frame.hear("context", |m| m.with("context", context(limit)));
        assert_eq!((sent(&frame.call(3, limited())).len(), state(&frame, "limit")), (0, 1));
    }
}

#[test]
fn a_frame_that_is_closed_keeps_no_token_in_memory() {
    let mut frame = Frame::connected("");
    let question = frame.token(1);
    frame.give(&question, "one", lives(600));
    let tokens = |frame: &Frame| format!("{:?}", frame.guest).contains("tokens: [Token");
    assert!(tokens(&frame) && !format!("{:?}", frame.guest).contains("\"one\""), "it is there, and not shown");
    frame.call(2, Call::Close);
    assert!(!tokens(&frame));
}

#[test]
fn what_comes_before_the_start_or_is_no_word_of_the_handshake_is_nothing() {
    let mut frame = Frame::new("");
    assert!(frame.hello().is_empty());
    assert_eq!(frame.guest.wake(), None);
    let called = frame.start();
    let ignored = frame.guest.ignored();
    for kind in ["ready", "accept", "confirm", "token.response", "session.ended", ""] {
        assert!(frame.window(HOST, true, 1, message::of(kind).with("epoch", "")).is_empty(), "{kind}");
    }
    assert_eq!(frame.guest.ignored(), ignored + 6);
    // A list of versions that is none.
    let name = called.iter().find_map(|effect| if let Effect::Post(_, text) = effect { Some(json(text)) } else { None }).unwrap();
    let offer = message::of("offer").with("frame", text(&name, "frame")).with("hostNonce", "n").with("versions", json("[0]"));
    let effects = frame.window(HOST, true, 1, offer);
    assert_eq!((drops(&effects), opens(&effects), degraded(&effects)), (true, false, false));
    assert_eq!(frame.guest.ignored(), ignored + 7);
    // The end of a port that is not ours, while there is none.
    assert!(frame.feed(Input::Lost { connection: frame.connection }).is_empty());
    frame.shake(&called, "first");
}

#[test]
fn a_port_is_opened_before_it_is_used_and_closed_before_anybody_hears_of_the_end() {
    let mut frame = Frame::new("");
    let called = frame.start();
    let accepted = frame.offer(&called);
    assert!(matches!(accepted.as_slice(), [Effect::Open(1), Effect::Say(1, _)]), "{accepted:?}");
    let effects = frame.confirm(&accepted, "first", "{}");
    assert!(matches!(effects.as_slice(), [Effect::Publish(Event::Connected(..))]), "{effects:?}");
    let question = frame.token(1);
    let effects = frame.give(&question, "one", lives(600));
    // The token is there when the application is told, and told of before the call ends.
    assert!(matches!(effects.as_slice(), [Effect::Publish(Event::Tokens(..)), Effect::Finish(1, Ok(_))]), "{effects:?}");
    frame.call(2, tokens("", "", 0, true));
    let effects = frame.hear("session.ended", |m| m.with("epoch", "first"));
    assert!(matches!(effects.as_slice(), [Effect::Shut(1), Effect::Finish(2, Err(_)), Effect::Publish(Event::Ended)]), "{effects:?}");
}

#[test]
fn a_host_that_has_nothing_for_hours_is_asked_once_a_minute() {
    let mut frame = Frame::connected("");
    let question = frame.token(1);
    frame.give(&question, "one", lives(31_622_400));
    let mut effects = frame.later(31_622_100_000);
    for tries in 0..80 {
        let id = text(&said(&effects)[0], "id").to_owned();
        frame.hear("token.error", |m| m.with("id", id).with("code", "transient"));
        let wait = frame.guest.wake().unwrap();
        assert!(wait == 60_000 || tries < 6, "{tries}: {wait}");
        effects = frame.later(wait);
        assert_eq!(types(&effects), ["token.request"]);
    }
}
